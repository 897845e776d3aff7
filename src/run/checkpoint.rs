//! The checkpoint: an append-only log of finished pieces, and a lock.
//!
//! The log is `MAGIC`, one header frame, then a frame for each piece, each file in an archive and
//! each shard in the order in which they were finished. A frame is length, kind, shard, number, a Zstandard payload of
//! JSON and a checksum over all of it. Killing the process leaves at most the last frame torn;
//! reopening keeps everything before the first frame that is not whole and cuts the rest.
//! Nothing is synced on the way: a power cut may lose what the system had not yet written, the
//! checksums notice, and those pieces are scanned again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::header::RunHeader;
use crate::RunError;
use crate::scan::{MemberOutcome, PieceOutcome, ShardIndex, ShardOutcome};

/// Name and version of the log's layout.
const MAGIC: [u8; 8] = *b"yujian\x00\x03";
/// Length (4), kind (1), shard (4), piece (4); integers are little-endian.
const FRAME_HEAD: usize = 13;
/// First half of a BLAKE3.
const CHECKSUM: usize = 16;

pub(super) const LOG_FILE: &str = "pieces.log";
const LOCK_FILE: &str = "lock";

/// Which parts of the scan are done already, and how its shards were cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Where shards must be cut so that the piece numbers mean the same.
    pub chunk_bytes: u64,
    pieces: BTreeMap<ShardIndex, Vec<u32>>,
    shards: Vec<ShardIndex>,
}

impl Finished {
    /// Whether this piece need not be scanned again.
    pub fn piece(&self, shard: ShardIndex, piece: u32) -> bool {
        self.pieces
            .get(&shard)
            .is_some_and(|pieces| pieces.binary_search(&piece).is_ok())
    }

    /// Whether nothing of this shard is left to do.
    pub fn shard(&self, shard: ShardIndex) -> bool {
        self.shards.binary_search(&shard).is_ok()
    }

    /// Number of finished pieces and of finished shards.
    pub fn counts(&self) -> (usize, usize) {
        (self.pieces.values().map(Vec::len).sum(), self.shards.len())
    }
}

/// Held while a scan writes to a directory; released when dropped, or by the system.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the run directory `dir`, whose checkpoint folder exists.
    pub fn acquire(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(super::CHECKPOINT_DIR).join(LOCK_FILE);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| RunError::io("create", &path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(RunError::state(
                format!("another scan is writing to {}", dir.display()),
                "wait until it has ended, or choose another -o",
            )),
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {
                Err(RunError::state(
                    format!("the file system of {} cannot lock files", dir.display()),
                    "write the run to a local disk and move it when it is complete",
                ))
            }
            Err(TryLockError::Error(e)) => Err(RunError::io("lock", &path, e)),
        }
    }
}

/// Whether `checkpoint` looks like a folder this program made.
pub(super) fn is_ours(checkpoint: &Path) -> io::Result<bool> {
    for entry in std::fs::read_dir(checkpoint)? {
        let name = entry?.file_name();
        if name != LOG_FILE && name != LOCK_FILE {
            return Ok(false);
        }
    }
    let mut start = Vec::new();
    match File::open(checkpoint.join(LOG_FILE)) {
        Ok(log) => log.take(MAGIC.len() as u64).read_to_end(&mut start)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(e) => return Err(e),
    };
    // The last byte is the version; another version is ours too, and refused on opening.
    let ours = &MAGIC[..start.len().min(MAGIC.len() - 1)];
    Ok(start.starts_with(ours))
}

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Header = b'H' as isize,
    Piece = b'P' as isize,
    Shard = b'S' as isize,
    Member = b'M' as isize,
}

/// Head of a frame.
#[derive(Clone, Copy)]
struct Head {
    bytes: u32,
    kind: Kind,
    shard: ShardIndex,
    piece: u32,
}

impl Head {
    fn to_bytes(self) -> [u8; FRAME_HEAD] {
        let mut head = [0; FRAME_HEAD];
        head[..4].copy_from_slice(&self.bytes.to_le_bytes());
        head[4] = self.kind as u8;
        head[5..9].copy_from_slice(&self.shard.0.to_le_bytes());
        head[9..].copy_from_slice(&self.piece.to_le_bytes());
        head
    }

    fn from_bytes(head: &[u8; FRAME_HEAD]) -> Option<Self> {
        let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| head[at + i]));
        let kind = [Kind::Header, Kind::Piece, Kind::Shard, Kind::Member]
            .into_iter()
            .find(|kind| *kind as u8 == head[4])?;
        Some(Self {
            bytes: number(0),
            kind,
            shard: ShardIndex(number(5)),
            piece: number(9),
        })
    }
}

/// Where a frame stands.
#[derive(Clone, Copy)]
struct Place(u64);

/// The log, open for appending, with an index of what is in it.
pub(super) struct Log {
    file: File,
    path: PathBuf,
    /// End of the last whole frame.
    end: u64,
    pieces: BTreeMap<(ShardIndex, u32), Place>,
    shards: BTreeMap<ShardIndex, Place>,
    members: BTreeMap<(ShardIndex, u32), Place>,
}

impl Log {
    /// Starts an empty log in the run directory `dir`; whatever was there is gone.
    pub fn create(dir: &Path, header: &RunHeader) -> Result<Self, RunError> {
        let path = dir.join(super::CHECKPOINT_DIR).join(LOG_FILE);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|e| RunError::io("create", &path, e))?;
        file.write_all(&MAGIC)
            .map_err(|e| RunError::io("write", &path, e))?;
        let mut log = Self {
            file,
            path,
            end: MAGIC.len() as u64,
            pieces: BTreeMap::new(),
            shards: BTreeMap::new(),
            members: BTreeMap::new(),
        };
        log.append(Kind::Header, ShardIndex(0), 0, header)?;
        Ok(log)
    }

    /// Opens the log of an interrupted scan and cuts what is torn. Returns `None` if there is
    /// none, or if it was killed before its header was whole.
    pub fn open(dir: &Path) -> Result<Option<(Self, RunHeader)>, RunError> {
        let path = dir.join(super::CHECKPOINT_DIR).join(LOG_FILE);
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(RunError::io("read", &path, e)),
        };
        let mut log = Self {
            file,
            path,
            end: 0,
            pieces: BTreeMap::new(),
            shards: BTreeMap::new(),
            members: BTreeMap::new(),
        };
        let Some(header) = log.scan()? else {
            return Ok(None);
        };
        let cut = log.file.set_len(log.end);
        cut.map_err(|e| RunError::io("write", &log.path, e))?;
        let header = log.decode(&header)?;
        Ok(Some((log, header)))
    }

    /// Fills the index; returns the payload of the header.
    fn scan(&mut self) -> Result<Option<Vec<u8>>, RunError> {
        let fail = |e| RunError::io("read", &self.path, e);
        let length = self.file.metadata().map_err(fail)?.len();
        let mut reader = BufReader::with_capacity(1 << 16, &self.file);
        let mut magic = [0; MAGIC.len()];
        if length < MAGIC.len() as u64 {
            return Ok(None);
        }
        reader.read_exact(&mut magic).map_err(fail)?;
        if magic != MAGIC {
            return Err(RunError::state(
                format!(
                    "{} was written by another version of yujian",
                    self.path.display()
                ),
                "resume with that version, or scan anew with another -o",
            ));
        }
        let mut end = MAGIC.len() as u64;
        let mut header = None;
        while let Some((head, payload)) = read_frame(&mut reader, length - end).map_err(fail)? {
            match (head.kind, &header) {
                (Kind::Header, None) => header = Some(payload),
                (Kind::Piece, Some(_)) => {
                    self.pieces.insert((head.shard, head.piece), Place(end));
                }
                (Kind::Shard, Some(_)) => {
                    self.shards.insert(head.shard, Place(end));
                }
                (Kind::Member, Some(_)) => {
                    self.members.insert((head.shard, head.piece), Place(end));
                }
                // A second header, or anything before the first: not written by this program.
                _ => break,
            }
            end += FRAME_HEAD as u64 + u64::from(head.bytes) + CHECKSUM as u64;
        }
        self.end = end;
        Ok(header)
    }

    /// Adds a piece.
    pub fn piece(&mut self, outcome: &PieceOutcome) -> Result<(), RunError> {
        let place = self.append(Kind::Piece, outcome.shard, outcome.piece, outcome)?;
        self.pieces.insert((outcome.shard, outcome.piece), place);
        Ok(())
    }

    /// Adds the end of a file in an archive.
    pub fn member(&mut self, outcome: &MemberOutcome) -> Result<(), RunError> {
        let place = self.append(Kind::Member, outcome.shard, outcome.member, outcome)?;
        self.members.insert((outcome.shard, outcome.member), place);
        Ok(())
    }

    /// Adds the end of a shard.
    pub fn shard(&mut self, outcome: &ShardOutcome) -> Result<(), RunError> {
        let place = self.append(Kind::Shard, outcome.shard, 0, outcome)?;
        self.shards.insert(outcome.shard, place);
        Ok(())
    }

    fn append(
        &mut self,
        kind: Kind,
        shard: ShardIndex,
        piece: u32,
        value: &impl Serialize,
    ) -> Result<Place, RunError> {
        let fail = |e| RunError::io("write", &self.path, e);
        let json = serde_json::to_vec(value).map_err(|e| fail(e.into()))?;
        let payload = zstd::encode_all(&json[..], 1).map_err(fail)?;
        let bytes = u32::try_from(payload.len()).map_err(|_| {
            RunError::state(
                format!(
                    "piece {piece} of shard {} has more than 4 GiB of findings",
                    shard.0
                ),
                "scan with smaller pieces",
            )
        })?;
        let mut frame = Vec::with_capacity(FRAME_HEAD + payload.len() + CHECKSUM);
        frame.extend_from_slice(
            &Head {
                bytes,
                kind,
                shard,
                piece,
            }
            .to_bytes(),
        );
        frame.extend_from_slice(&payload);
        frame.extend_from_slice(&blake3::hash(&frame).as_bytes()[..CHECKSUM]);
        // Always at the end of the last whole frame: after a failed attempt, over its remains.
        let place = Place(self.end);
        self.file.seek(SeekFrom::Start(place.0)).map_err(fail)?;
        self.file.write_all(&frame).map_err(fail)?;
        self.end += frame.len() as u64;
        Ok(place)
    }

    /// Which pieces and shards are in it.
    pub fn finished(&self, chunk_bytes: u64) -> Finished {
        let mut pieces = BTreeMap::<ShardIndex, Vec<u32>>::new();
        for &(shard, piece) in self.pieces.keys() {
            pieces.entry(shard).or_default().push(piece);
        }
        Finished {
            chunk_bytes,
            pieces,
            shards: self.shards.keys().copied().collect(),
        }
    }

    /// Whether this piece is in it.
    pub fn has_piece(&self, shard: ShardIndex, piece: u32) -> bool {
        self.pieces.contains_key(&(shard, piece))
    }

    /// Whether the end of this file in an archive is in it.
    pub fn has_member(&self, shard: ShardIndex, member: u32) -> bool {
        self.members.contains_key(&(shard, member))
    }

    /// Whether this shard's end is in it.
    pub fn has_shard(&self, shard: ShardIndex) -> bool {
        self.shards.contains_key(&shard)
    }

    /// Number of pieces of a shard that are in it.
    pub fn piece_count(&self, shard: ShardIndex) -> usize {
        self.pieces.range((shard, 0)..=(shard, u32::MAX)).count()
    }

    /// Reads a piece back.
    pub fn read_piece(
        &self,
        shard: ShardIndex,
        piece: u32,
    ) -> Result<Option<PieceOutcome>, RunError> {
        self.pieces
            .get(&(shard, piece))
            .map(|&place| self.read(place))
            .transpose()
    }

    /// Reads the end of a file in an archive back.
    pub fn read_member(
        &self,
        shard: ShardIndex,
        member: u32,
    ) -> Result<Option<MemberOutcome>, RunError> {
        self.members
            .get(&(shard, member))
            .map(|&place| self.read(place))
            .transpose()
    }

    /// Reads the end of a shard back.
    pub fn read_shard(&self, shard: ShardIndex) -> Result<Option<ShardOutcome>, RunError> {
        self.shards
            .get(&shard)
            .map(|&place| self.read(place))
            .transpose()
    }

    fn read<T: DeserializeOwned>(&self, place: Place) -> Result<T, RunError> {
        let fail = |e| RunError::io("read", &self.path, e);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(place.0)).map_err(fail)?;
        match read_frame(&mut file, self.end - place.0).map_err(fail)? {
            Some((_, payload)) => self.decode(&payload),
            None => Err(self.damaged()),
        }
    }

    fn decode<T: DeserializeOwned>(&self, payload: &[u8]) -> Result<T, RunError> {
        let json = zstd::decode_all(payload).map_err(|_| self.damaged())?;
        serde_json::from_slice(&json).map_err(|_| self.damaged())
    }

    fn damaged(&self) -> RunError {
        RunError::state(
            format!("{} is damaged", self.path.display()),
            "delete the directory and scan anew",
        )
    }
}

/// Reads one frame of which `left` bytes are there at most. Returns `None` if it is not whole.
fn read_frame(reader: &mut impl Read, left: u64) -> io::Result<Option<(Head, Vec<u8>)>> {
    let around = (FRAME_HEAD + CHECKSUM) as u64;
    if left < around {
        return Ok(None);
    }
    let mut head_bytes = [0; FRAME_HEAD];
    reader.read_exact(&mut head_bytes)?;
    let Some(head) = Head::from_bytes(&head_bytes) else {
        return Ok(None);
    };
    if u64::from(head.bytes) > left - around {
        return Ok(None);
    }
    let mut payload = vec![0; head.bytes as usize + CHECKSUM];
    reader.read_exact(&mut payload)?;
    let stored = payload.split_off(head.bytes as usize);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head_bytes).update(&payload);
    let whole = hasher.finalize().as_bytes()[..CHECKSUM] == stored[..];
    Ok(whole.then_some((head, payload)))
}
