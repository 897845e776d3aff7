-- Verdicts of people. Rows are only ever added: a later verdict of the same person supersedes an
-- earlier one and leaves it where it is. All rows of the three tables have numbers of one sequence,
-- and each has in `chain` a digest of itself and of the `chain` before it.
CREATE TABLE sample (
  seq INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,      -- names the sample
  run_root TEXT NOT NULL,    -- the run it is of
  recorded_at TEXT NOT NULL, -- RFC 3339, UTC
  content BLOB NOT NULL,     -- sample.json, zstd; not in the chain, for its digest is
  chain BLOB NOT NULL
) STRICT;
CREATE TABLE sheet (
  seq INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,      -- BLAKE3 of the file that was taken in
  name TEXT NOT NULL,
  sample TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  chain BLOB NOT NULL
) STRICT;
CREATE TABLE verdict (
  seq INTEGER PRIMARY KEY,
  sample TEXT NOT NULL,
  sheet TEXT NOT NULL,
  sheet_row INTEGER NOT NULL,
  id TEXT NOT NULL,          -- of the row of the sample
  question TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  role TEXT NOT NULL,        -- reviewer | adjudicator
  verdict TEXT NOT NULL,     -- pass | fail | undecided
  risks TEXT NOT NULL,       -- codes, separated by spaces
  commented INTEGER NOT NULL, -- whether the sheet has a comment on it, which stays there
  judged_at TEXT,            -- as the tool says
  recorded_at TEXT NOT NULL,
  supersedes INTEGER,        -- the earlier verdict of the same person in the same role
  chain BLOB NOT NULL
) STRICT;
CREATE INDEX verdict_of ON verdict (id, reviewer, role);
CREATE TRIGGER sample_no_update BEFORE UPDATE ON sample BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER sample_no_delete BEFORE DELETE ON sample BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER sheet_no_update BEFORE UPDATE ON sheet BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER sheet_no_delete BEFORE DELETE ON sheet BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER verdict_no_update BEFORE UPDATE ON verdict BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER verdict_no_delete BEFORE DELETE ON verdict BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
-- INSERT OR REPLACE takes rows away without asking the triggers above.
CREATE TRIGGER sample_no_replace BEFORE INSERT ON sample WHEN EXISTS (SELECT 1 FROM sample WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER sheet_no_replace BEFORE INSERT ON sheet WHEN EXISTS (SELECT 1 FROM sheet WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
CREATE TRIGGER verdict_no_replace BEFORE INSERT ON verdict WHEN EXISTS (SELECT 1 FROM verdict WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'rows are only added'); END;
