//! Source code: which language a file is in, by its name. Its text is read like any other
//! ([`document`](super::document)).

/// Language by extension. Source: names and extensions of GitHub Linguist, the common ones.
const EXTENSIONS: &[(&str, &str)] = &[
    ("py", "python"),
    ("pyi", "python"),
    ("rs", "rust"),
    ("java", "java"),
    ("kt", "kotlin"),
    ("kts", "kotlin"),
    ("scala", "scala"),
    ("groovy", "groovy"),
    ("c", "c"),
    ("h", "c"),
    ("cc", "c++"),
    ("cpp", "c++"),
    ("cxx", "c++"),
    ("hpp", "c++"),
    ("hh", "c++"),
    ("cs", "c#"),
    ("go", "go"),
    ("js", "javascript"),
    ("mjs", "javascript"),
    ("cjs", "javascript"),
    ("jsx", "javascript"),
    ("ts", "typescript"),
    ("tsx", "typescript"),
    ("vue", "vue"),
    ("php", "php"),
    ("rb", "ruby"),
    ("swift", "swift"),
    ("m", "objective-c"),
    ("mm", "objective-c"),
    ("r", "r"),
    ("jl", "julia"),
    ("lua", "lua"),
    ("pl", "perl"),
    ("pm", "perl"),
    ("sh", "shell"),
    ("bash", "shell"),
    ("zsh", "shell"),
    ("ps1", "powershell"),
    ("bat", "batch"),
    ("sql", "sql"),
    ("hs", "haskell"),
    ("ml", "ocaml"),
    ("mli", "ocaml"),
    ("ex", "elixir"),
    ("exs", "elixir"),
    ("erl", "erlang"),
    ("clj", "clojure"),
    ("lisp", "lisp"),
    ("el", "lisp"),
    ("scm", "scheme"),
    ("dart", "dart"),
    ("zig", "zig"),
    ("nim", "nim"),
    ("f90", "fortran"),
    ("for", "fortran"),
    ("asm", "assembly"),
    ("s", "assembly"),
    ("v", "verilog"),
    ("sv", "verilog"),
    ("vhd", "vhdl"),
    ("vb", "basic"),
    ("pas", "pascal"),
    ("sol", "solidity"),
    ("proto", "protobuf"),
    ("cu", "cuda"),
    ("css", "css"),
    ("scss", "css"),
    ("less", "css"),
    ("tex", "tex"),
    ("cmake", "cmake"),
    ("gradle", "groovy"),
    ("tf", "hcl"),
    ("toml", "toml"),
    ("yaml", "yaml"),
    ("yml", "yaml"),
    ("ini", "ini"),
    ("xml", "xml"),
    ("xsl", "xml"),
    ("ipynb", "jupyter"),
];

/// Language by whole name.
const NAMES: &[(&str, &str)] = &[
    ("makefile", "make"),
    ("dockerfile", "docker"),
    ("cmakelists.txt", "cmake"),
    ("rakefile", "ruby"),
    ("gemfile", "ruby"),
    ("build", "bazel"),
    ("jenkinsfile", "groovy"),
];

/// The language of a file of this name, in lower case; none if it is no source code.
pub fn language(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    if let Some((_, language)) = NAMES.iter().find(|(whole, _)| *whole == lower) {
        return Some(language);
    }
    let (_, extension) = lower.rsplit_once('.')?;
    EXTENSIONS
        .iter()
        .find(|(e, _)| *e == extension)
        .map(|(_, language)| *language)
}
