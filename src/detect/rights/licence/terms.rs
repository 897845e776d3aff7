//! Terms in plain words: not for commercial use, for research only, not for training.

use crate::Details;
use crate::detect::rights::confirm::Named;
use crate::rules::Obligations;

pub const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "licence-non-commercial",
        what: "terms that forbid commercial use; adds LicenseRef-NonCommercial",
        confirm: |_, details| terms("LicenseRef-NonCommercial", details),
    },
    Named {
        name: "licence-research-only",
        what: "terms that allow study and research only; adds LicenseRef-Research-Only",
        confirm: |_, details| terms("LicenseRef-Research-Only", details),
    },
    Named {
        name: "licence-no-derivatives",
        what: "terms that forbid changes; adds LicenseRef-NoDerivatives",
        confirm: |_, details| terms("LicenseRef-NoDerivatives", details),
    },
    Named {
        name: "licence-no-training",
        what: "terms that forbid training and mining; adds LicenseRef-NoTraining",
        confirm: |_, details| terms("LicenseRef-NoTraining", details),
    },
    Named {
        name: "licence-public-domain",
        what: "dedication to the public domain; adds LicenseRef-PublicDomain",
        confirm: |_, details| terms("LicenseRef-PublicDomain", details),
    },
];

fn terms(id: &str, details: &mut Details) -> Option<&'static str> {
    details.push("licence", id);
    details.push("classes", Obligations::builtin().of(id).join(" "));
    details.push("kind", "wording");
    Some("wording")
}
