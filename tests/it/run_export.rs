//! Exports: every column, every row, and nothing a spreadsheet would run.

use std::collections::BTreeMap;

use tempfile::TempDir;
use yujian::RunError;
use yujian::run::{ExportFormat, Run, Table, export};

use super::synthetic::{SyntheticShard, header};
use super::{events, record, reference, whole};

#[test]
fn exports_have_every_column_and_every_row() {
    let (dir, manifest) = reference();
    let run = Run::open(dir.path()).unwrap();
    let columns = [
        (
            Table::Findings,
            manifest.totals.findings.kept,
            "id,path,record,record_id,source,field,span_start,span_end,code_points_start,\
             code_points_end,rule,risk,ecology,entity,class_45574,class_35273,high_risk,severity,\
             confidence,reasons,excerpt,value_hash,folds,suppressed_by,details,shard_digest",
        ),
        (
            Table::Records,
            run.records().unwrap().count() as u64,
            "path,record,id,source,url,date,stated_source,licence,stated_language,metadata,type,language,offset,bytes,characters,tokens,decision,risks,entities,findings,\
             suppressed,max_severity,max_confidence",
        ),
        (
            Table::Shards,
            6,
            "path,archive,source,format,encoding,compression,bytes,decoded_bytes,digest,status,reason,\
             error,records_scanned,records_skipped,records_failed,decoded_scanned,\
             decoded_skipped,decoded_failed,reasons,issues,replaced_bytes,findings",
        ),
    ];
    for (table, rows, names) in columns {
        let (mut csv, mut jsonl) = (Vec::new(), Vec::new());
        assert_eq!(
            export(&run, table, ExportFormat::Csv, &mut csv).unwrap(),
            rows
        );
        assert_eq!(
            export(&run, table, ExportFormat::Jsonl, &mut jsonl).unwrap(),
            rows
        );
        let mut reader = csv::Reader::from_reader(&csv[..]);
        assert_eq!(
            reader
                .headers()
                .unwrap()
                .iter()
                .collect::<Vec<_>>()
                .join(","),
            names
        );
        let csv: Vec<_> = reader.records().map(Result::unwrap).collect();
        let lines = String::from_utf8(jsonl).unwrap();
        assert_eq!(csv.len() as u64, rows);
        assert_eq!(lines.lines().count() as u64, rows);
        let names = names.replace("span_start,span_end", "span");
        let names = names.replace("code_points_start,code_points_end", "code_points");
        let mut expected: Vec<_> = names.split(',').collect();
        expected.sort_unstable();
        for line in lines.lines() {
            let object: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
            assert_eq!(object.keys().collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn an_export_row_in_full() {
    let dir = TempDir::new().unwrap();
    let shards = [
        SyntheticShard::dense("=a,b.jsonl", 2, 1),
        SyntheticShard::new("b", 3, 5),
    ];
    record(dir.path(), header(&shards), &events(&shards, whole)).unwrap();
    let run = Run::open(dir.path()).unwrap();
    let rows = |table, format| {
        let mut out = Vec::new();
        export(&run, table, format, &mut out).unwrap();
        String::from_utf8(out)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let expected = concat!(
        r#"{"id":"c1c995f42e3a24f30e62e11db240b5b4","path":"=a,b.jsonl","record":0,"#,
        r#""record_id":null,"source":"web","field":"text","span":[0,11],"code_points":[0,5],"#,
        r#""rule":"pii.cn.mobile","risk":"A.4.c","ecology":[],"entity":"MOBILE","#,
        r#""class_45574":"敏感-金融","class_35273":true,"high_risk":false,"severity":"medium","#,
        r#""confidence":0.5,"reasons":"checksum+context","excerpt":"电话 1**7393","#,
        r#""value_hash":"aa5ea2ca88b6b28cc3634597a36f7f84","folds":"width+case","#,
        r#""suppressed_by":null,"details":{},"shard_digest":"#,
        r#""4aaad84f7810a2ef4dd5372c7f80982addde175864f05cee30d538e51acc890c"}"#,
    );
    assert_eq!(rows(Table::Findings, ExportFormat::Jsonl)[0], expected);
    let expected = concat!(
        "16ffc9bc998882e586610cac61453a1d,\"'=a,b.jsonl\",1,'=1,books,text,0,11,0,5,",
        "rights.notice,,E1;E2,,,,,low,0.89,checksum+context,电话 1**4489,,width+case,,{},",
        "4aaad84f7810a2ef4dd5372c7f80982addde175864f05cee30d538e51acc890c",
    );
    assert_eq!(rows(Table::Findings, ExportFormat::Csv)[2], expected);
    let expected = concat!(
        r#"{"path":"=a,b.jsonl","record":0,"id":null,"source":"web","url":null,"date":null,"#,
        r#""stated_source":null,"licence":null,"stated_language":null,"metadata":{},"#,
        r#""type":"zh","language":"zh-Hans","offset":0,"bytes":100,"#,
        r#""characters":57,"tokens":null,"decision":"flagged","risks":["A.4.c"],"entities":["MOBILE"],"#,
        r#""findings":1,"suppressed":0,"max_severity":"medium","max_confidence":0.5}"#,
    );
    assert_eq!(rows(Table::Records, ExportFormat::Jsonl)[0], expected);
    let expected = concat!(
        "\"'=a,b.jsonl\",1,'=1,books,https://a.cn/1,,,,,\"{\"\"k\"\":\"\"1\"\"}\",zh,zh-Hans,100,100,58,1,",
        "flagged,,,1,0,low,0.89",
    );
    assert_eq!(rows(Table::Records, ExportFormat::Csv)[2], expected);
    let expected = concat!(
        r#"{"path":"b","archive":null,"source":"web","format":"jsonl","encoding":"utf-8","compression":"none","#,
        r#""bytes":300,"decoded_bytes":300,"digest":"#,
        r#""10e5cf3d3c8a4f9f3468c8cc58eea84892a22fdadbc1acb22410190044c1d553","#,
        r#""status":"scanned","reason":null,"error":null,"records_scanned":1,"#,
        r#""records_skipped":1,"records_failed":1,"decoded_scanned":100,"decoded_skipped":100,"#,
        r#""decoded_failed":100,"reasons":{"blank-line":1,"not-json":1},"issues":["#,
        r#"{"record":0,"offset":0,"bytes":100,"reason":"blank-line"},"#,
        r#"{"record":1,"offset":100,"bytes":100,"reason":"not-json"}],"#,
        r#""replaced_bytes":0,"findings":0}"#,
    );
    assert_eq!(rows(Table::Shards, ExportFormat::Jsonl)[1], expected);
    let expected = concat!(
        "zz/locked.jsonl,,web,,,,77,0,,failed,cannot-open,cannot open: permission denied,",
        "0,0,0,0,0,0,{},[],0,0",
    );
    assert_eq!(rows(Table::Shards, ExportFormat::Csv)[4], expected);
}

#[test]
fn a_closed_pipe_is_told_with_its_own_error() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (dir, _) = reference();
    let run = Run::open(dir.path()).unwrap();
    for format in [ExportFormat::Csv, ExportFormat::Jsonl] {
        match export(&run, Table::Findings, format, &mut Closed) {
            Err(RunError::Io { source, .. }) => {
                assert_eq!(source.kind(), std::io::ErrorKind::BrokenPipe);
            }
            other => panic!("{other:?}"),
        }
    }
}
