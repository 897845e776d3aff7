//! [`Gathered`]: what is kept of a record while it is scanned, to tell in the end what it is.

use super::{Identity, Kind, Sample};

/// Longest name of a picture, sound or film, in bytes.
const LONGEST_NAME: usize = 1024;

/// See the module. How fields are cut into parts leaves no trace.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    sample: Sample,
    /// The beginning of a field, as long as it may be a name.
    pending: String,
    /// Whether the field is longer than that.
    long: bool,
    /// Fields that are names of pictures, sounds and films.
    names: [u32; 3],
}

/// Tells of the text of a whole field whether it is the name of a picture, sound or film.
pub type OfName = fn(&str) -> Option<Kind>;

impl Gathered {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.sample.clear();
        self.pending.clear();
        self.long = false;
        self.names = [0; 3];
    }

    /// The field goes on with `text`.
    pub fn part(&mut self, text: &str) {
        if !self.long && self.pending.len() + text.len() <= LONGEST_NAME {
            self.pending.push_str(text);
            return;
        }
        if !self.long {
            self.long = true;
            self.sample.push(&self.pending);
            self.pending.clear();
        }
        self.sample.push(text);
    }

    /// The field ends.
    pub fn end_field(&mut self, of_name: OfName) {
        if !self.long {
            match of_name(&self.pending) {
                Some(kind) => self.names[name_place(kind)] += 1,
                None => self.sample.push(&self.pending),
            }
        }
        self.sample.push("\n");
        self.pending.clear();
        self.long = false;
    }

    /// A whole field.
    pub fn field(&mut self, text: &str, of_name: OfName) {
        if text.len() > LONGEST_NAME {
            self.sample.push(text);
            self.sample.push("\n");
        } else {
            self.part(text);
            self.end_field(of_name);
        }
    }

    /// What the record is: by its text, or if it has none to speak of by what it names.
    pub fn identity(&self) -> Identity {
        let most = (0..self.names.len())
            .rev()
            .max_by_key(|place| self.names[*place])
            .filter(|place| self.names[*place] > 0);
        match most {
            Some(place) if !self.sample.has_letters() => {
                Identity::of([Kind::Image, Kind::Audio, Kind::Video][place])
            }
            _ => self.sample.identity(),
        }
    }
}

fn name_place(kind: Kind) -> usize {
    match kind {
        Kind::Audio => 1,
        Kind::Video => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_name(text: &str) -> Option<Kind> {
        text.ends_with(".jpg").then_some(Kind::Image)
    }

    #[test]
    fn a_record_of_names_alone_is_what_they_name() {
        let mut gathered = Gathered::default();
        gathered.field("a/1.jpg", of_name);
        gathered.field("640", of_name);
        assert_eq!(gathered.identity(), Identity::of(Kind::Image));
        gathered.field("这张图片里有一只猫，它在看雨。", of_name);
        assert_eq!(gathered.identity().language, "zh-Hans");
        gathered.clear();
        assert_eq!(gathered.identity(), Identity::UNKNOWN);
    }

    proptest::proptest! {
        #[test]
        fn parts_leave_no_trace(text in "[a-z语 ]{0,1500}(\\.jpg)?", cut in 0usize..1500) {
            let cut = text.floor_char_boundary(cut.min(text.len()));
            let (mut whole, mut parts) = (Gathered::default(), Gathered::default());
            whole.field(&text, of_name);
            parts.part(&text[..cut]);
            parts.part(&text[cut..]);
            parts.end_field(of_name);
            proptest::prop_assert_eq!(whole.names, parts.names);
            proptest::prop_assert_eq!(whole.identity(), parts.identity());
            proptest::prop_assert_eq!(format!("{:?}", whole.sample), format!("{:?}", parts.sample));
        }
    }
}
