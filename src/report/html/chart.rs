//! Charts: bars in SVG, each in its row of a table that also tells its numbers, so that nothing is
//! said by a picture alone. Numbers are given with three decimals, and so the bytes follow from them.

use maud::{Markup, html};

/// Height of the drawing; it is stretched to its place.
const HIGH: f64 = 10.0;

fn x(value: f64) -> String {
    format!("{value:.3}")
}

/// A part of a bar.
pub struct Piece<'a> {
    /// Class that colors it.
    pub class: &'a str,
    /// How much.
    pub amount: u64,
}

/// A bar in parts, of `whole`. `title`: what it says, in words.
pub fn stacked(pieces: &[Piece<'_>], whole: u64, title: &str) -> Markup {
    let mut at = 0.0;
    let mut placed = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.amount > 0) {
        // What is there is seen, however little it is.
        let width = (piece.amount as f64 / whole.max(1) as f64 * 100.0).max(0.4);
        placed.push((at, width, piece.class));
        at += width;
    }
    let scale = 100.0 / at.max(100.0);
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" role="img" {
            title { (title) }
            rect.ground x="0" y="0" width="100" height=(HIGH) {}
            @for (at, width, class) in placed {
                rect.(class) x=(x(at * scale)) y="0" width=(x(width * scale)) height=(HIGH) {}
            }
        }
    }
}

/// A plain bar, as long as `amount` of `most`.
pub fn bar(amount: u64, most: u64, class: &str, title: &str) -> Markup {
    stacked(&[Piece { class, amount }], most, title)
}

/// A share with its interval, and a limit that must not be passed, on a scale from 0 to `top`.
pub struct Interval {
    /// The share.
    pub share: f64,
    /// Ends of its interval, if it was sampled.
    pub ends: Option<(f64, f64)>,
    /// The limit.
    pub limit: f64,
    /// End of the scale.
    pub top: f64,
}

impl Interval {
    /// As a drawing. `title`: what it says, in words.
    pub fn draw(&self, title: &str) -> Markup {
        let at = |share: f64| x((share / self.top * 100.0).clamp(0.0, 100.0));
        let over = if self.share > self.limit {
            "c-bad"
        } else {
            "c-main"
        };
        let width = (self.share / self.top * 100.0).clamp(0.0, 100.0);
        html! {
            svg.bar.interval viewBox="0 0 100 10" preserveAspectRatio="none" role="img" {
                title { (title) }
                rect.ground x="0" y="0" width="100" height=(HIGH) {}
                rect.(over) x="0" y="2" width=(x(width)) height="6" {}
                @if let Some((low, high)) = self.ends {
                    line.whisker x1=(at(low)) y1="5" x2=(at(high)) y2="5" {}
                    line.whisker x1=(at(low)) y1="2" x2=(at(low)) y2="8" {}
                    line.whisker x1=(at(high)) y1="2" x2=(at(high)) y2="8" {}
                }
                line.limit x1=(at(self.limit)) y1="0" x2=(at(self.limit)) y2="10" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_their_place_and_no_more() {
        let pieces = [
            Piece {
                class: "a",
                amount: 1,
            },
            Piece {
                class: "b",
                amount: 999_999,
            },
            Piece {
                class: "c",
                amount: 0,
            },
        ];
        let drawn = stacked(&pieces, 1_000_000, "<x>").into_string();
        assert!(drawn.contains("<title>&lt;x&gt;</title>"), "{drawn}");
        assert!(
            drawn.contains(r#"class="a" x="0.000" y="0" width="0.398""#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"class="b" x="0.398" y="0" width="99.602""#),
            "{drawn}"
        );
        assert!(!drawn.contains(r#"class="c""#), "{drawn}");
    }

    #[test]
    fn what_is_off_the_scale_ends_at_its_end() {
        let interval = Interval {
            share: 0.5,
            ends: Some((0.04, 0.9)),
            limit: 0.05,
            top: 0.1,
        };
        let drawn = interval.draw("t").into_string();
        assert!(
            drawn.contains(r#"class="c-bad" x="0" y="2" width="100.000""#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"x1="40.000" y1="5" x2="100.000" y2="5""#),
            "{drawn}"
        );
        assert!(drawn.contains(r#"class="limit" x1="50.000""#), "{drawn}");
    }
}
