#!/bin/sh
# Writes inputs for the fuzz targets that read shards to DIRECTORY/TARGET: the fixtures, and what
# hostile files stand beside the project. `sh fuzz/seeds.sh DIRECTORY`, from the project's root.
set -eu
out=${1:?name a directory}
hard=../shared/data/hard

# seed TARGET CHOICE FILE...: each file of at most 64 KiB, with the byte behind it that says what it is.
seed() {
    target=$1 choice=$2
    shift 2
    mkdir -p "$out/$target"
    for file; do
        [ -f "$file" ] || continue
        [ "$(wc -c <"$file")" -le 65536 ] || continue
        name=$(printf '%s' "$file" | tr '/ ' '__')
        { cat "$file"; printf "\\$(printf '%03o' "$choice")"; } >"$out/$target/$choice-$name"
    done
}

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
head -c 3000 fixtures/corpus/chat/dialogues.jsonl >"$made/a.jsonl"
printf 'id,text\n1,"a ""b""\n二"\n2,身份证号码11010519491231002X\n' >"$made/a.csv"
printf 'id\ttext\n1\ta b\n2\t二三\n' >"$made/a.tsv"
printf -- '---\nurl: https://example.org/a\nlicense: MIT\n---\n# 标题\n\n```rust\nfn a() {}\n```\n文字\n' >"$made/a.md"
printf '<!doctype html><html lang="zh"><head><meta charset="gbk"><title>T&amp;</title></head><body><p>a<br>b</p><script>x</script></body></html>' >"$made/a.html"
printf '<w:document><w:body><w:p><w:r><w:t>a</w:t></w:r><w:r><w:tab/></w:r></w:p></w:body></w:document>' >"$made/a.xml"
printf '[{"id":1,"text":"a\\u4e8c"},{"text":[1,{"b":"\\ud83d\\ude00"}]},3,null]' >"$made/a.json"
for tool in 'gzip -k' 'xz -k' 'bzip2 -k' 'zstd -q' 'lz4 -q -m'; do
    $tool "$made/a.jsonl" 2>/dev/null || true
done
cat "$made/a.jsonl.gz" "$made/a.jsonl.gz" >"$made/two.gz"
tar -C "$made" -cf "$made/a.tar" a.jsonl a.csv a.md
(cd "$made" && python3 -m zipfile -c a.zip a.jsonl a.csv a.md) || true
for charset in GB18030 UTF-16LE UTF-32BE BIG5 SHIFT_JIS; do
    head -c 600 "$made/a.jsonl" | iconv -c -f UTF-8 -t $charset >"$made/$charset.txt" || true
done

seed decode 0 "$made"/*.gz fixtures/corpus/*/*.gz fixtures/broken/*.gz
seed decode 1 "$made"/*.zst fixtures/corpus/*/*.zst
seed decode 2 "$made"/*.xz
seed decode 3 "$made"/*.bz2
seed decode 4 "$made"/*.lz4
seed json 0 "$made/a.json" "$hard"/json/test_parsing/*
seed json 1 "$made/a.jsonl" fixtures/broken/*.jsonl fixtures/tables/*.jsonl
seed csv 0 "$made/a.csv" "$hard"/csv/csvs/*
seed csv 1 "$made/a.tsv"
seed parquet 0 fixtures/tables/*.parquet "$hard"/parquet/*/*.parquet
seed arrow 0 fixtures/tables/*.arrow* fixtures/tables/*.feather fixtures/tables/*.ipc
seed web 0 "$made/a.html"
seed web 1 "$hard"/warc/*.warc "$hard"/warc/*.arc "$hard"/warc/*.wet "$hard"/warc/*.wat
seed web 2 "$hard"/warc/*.gz
seed archives 0 "$made/a.tar"
seed archives 1 "$made/a.zip"
seed archives 2 "$made/a.jsonl"
seed archives 3 "$made/a.csv"
for method in LZMA2 PPMd BZip2 Deflate; do
    (cd "$made" && 7z a -bd -m0=$method $method.7z a.jsonl a.csv >"$made/log") || true
done
seed archives 4 "$made"/*.7z
seed documents 0 "$made/a.md"
seed documents 3 "$made/a.xml"
seed documents 4 "$made/a.html"
for choice in 0 1 2 3 4 5; do
    seed charset $choice "$made"/*.txt "$made/a.jsonl" ../shared/data/hard/naughty-strings.txt
done
