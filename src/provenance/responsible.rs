//! The responsible-AI vocabulary of Croissant, version 1.0. Source:
//! <http://mlcommons.org/croissant/RAI/1.0>.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gap::Gaps;
use super::model::Corpus;
use super::notes::{self, given};
use crate::report::ReportLanguage;
use crate::sources::SourceKind;

/// Everything of it that is known.
pub fn put(corpus: &Corpus, gaps: &mut Gaps, put: &mut impl FnMut(&str, Value)) {
    let dataset = &corpus.dataset;
    match notes::collections(corpus) {
        Some(told) => put("rai:dataCollection", json!(told)),
        None => gaps.wanted(None, "[[source]] collection_method", "rai:dataCollection"),
    }
    let types: BTreeSet<&str> = corpus
        .sources
        .iter()
        .filter_map(|source| source.declared.declared.kind)
        .map(collection_type)
        .collect();
    if !types.is_empty() {
        put("rai:dataCollectionType", json!(types));
    }
    let declared = || {
        corpus
            .sources
            .iter()
            .map(|source| &source.declared.declared)
    };
    let from = declared().filter_map(|d| d.collected_from).min();
    let to = declared().filter_map(|d| d.collected_to).max();
    match (from, to) {
        (Some(from), Some(to)) => put(
            "rai:dataCollectionTimeFrame",
            json!([from.to_string(), to.to_string()]),
        ),
        _ => gaps.wanted(
            None,
            "[[source]] collected_from, collected_to",
            "rai:dataCollectionTimeFrame",
        ),
    }
    let processing: Vec<String> = corpus
        .sources
        .iter()
        .filter_map(|source| {
            let told = given(&source.declared.declared.processing)?;
            Some(format!("{}: {told}", source.name()))
        })
        .collect();
    if processing.is_empty() {
        gaps.wanted(
            None,
            "[[source]] processing",
            "rai:dataPreprocessingProtocol",
        );
    } else {
        put("rai:dataPreprocessingProtocol", json!(processing));
    }
    let personal: Vec<String> = corpus
        .personal
        .iter()
        .map(|k| notes::personal(corpus, k))
        .collect();
    // That nothing was found is said as what it is: the result of a scan.
    let nothing = corpus.pick(
        "本次扫描未发现个人信息;这不等于不存在",
        "the scan found no personal data, which does not mean that there is none",
    );
    put(
        "rai:personalSensitiveInformation",
        if personal.is_empty() {
            json!([nothing])
        } else {
            json!(personal)
        },
    );
    annotation(corpus, gaps, put);
    let mut limitations = dataset.limitations.0.clone();
    limitations.extend(notes::noise(corpus));
    for (key, declare, values) in [
        ("rai:dataBiases", "[dataset] biases", &dataset.biases.0),
        ("rai:dataLimitations", "[dataset] limitations", &limitations),
        (
            "rai:dataUseCases",
            "[dataset] use_cases",
            &dataset.use_cases.0,
        ),
    ] {
        if values.is_empty() {
            gaps.wanted(None, declare, key);
        } else {
            put(key, json!(values));
        }
    }
    for (key, declare, value) in [
        (
            "rai:dataCollectionMissingData",
            "[dataset] missing_data",
            &dataset.missing_data,
        ),
        (
            "rai:dataCollectionRawData",
            "[dataset] raw_data",
            &dataset.raw_data,
        ),
        (
            "rai:dataSocialImpact",
            "[dataset] social_impact",
            &dataset.social_impact,
        ),
        (
            "rai:dataReleaseMaintenancePlan",
            "[dataset] maintenance",
            &dataset.maintenance,
        ),
    ] {
        match given(value) {
            Some(value) => put(key, json!(value)),
            None => gaps.wanted(None, declare, key),
        }
    }
}

/// Words of the vocabulary for how data was collected, as its specification lists them.
fn collection_type(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::SelfCrawled => "Web Scraping",
        SourceKind::UserInput => "User-generated content data",
        SourceKind::OpenCn | SourceKind::OpenForeign | SourceKind::Commercial => {
            "Secondary Data analysis"
        }
        // The list has no word for either.
        SourceKind::Synthetic | SourceKind::SelfProduced => "Others",
    }
}

/// What is known of annotation: numbers of people, never their names.
fn annotation(corpus: &Corpus, gaps: &mut Gaps, put: &mut impl FnMut(&str, Value)) {
    let dataset = &corpus.dataset;
    for (key, declare, values) in [
        (
            "rai:dataAnnotationPlatform",
            "[dataset] annotation_platform",
            &dataset.annotation_platform,
        ),
        (
            "rai:machineAnnotationTools",
            "[dataset] annotation_tools",
            &dataset.annotation_tools,
        ),
    ] {
        match values.0.is_empty() {
            true => gaps.wanted(None, declare, key),
            false => put(key, json!(values.0)),
        }
    }
    let Some(report) = &corpus.annotation else {
        gaps.wanted(None, "[annotation]", "rai:dataAnnotationProtocol");
        return;
    };
    let figures = &report.figures;
    let l = |zh, en| corpus.pick(zh, en);
    let mut protocol: Vec<String> = figures
        .rules
        .iter()
        .map(|rule| {
            let (id, version) = (&rule.id, &rule.version);
            let digest = &rule.digest;
            format!(
                "{} {id} {version} (BLAKE3 {digest})",
                l("标注规则", "rules")
            )
        })
        .collect();
    let (mut annotations, mut items) = (0, 0);
    for (unit, kinds) in &figures.annotated {
        for (kind, amounts) in kinds {
            annotations += amounts.annotations;
            items += amounts.items;
            let (n, m) = (amounts.annotations, amounts.items);
            protocol.push(match corpus.language {
                ReportLanguage::Zh => format!("{unit}/{kind}:{m} 条语料,{n} 次标注"),
                ReportLanguage::En => format!("{unit}/{kind}: {n} annotations of {m} items"),
            });
        }
    }
    if !protocol.is_empty() {
        put("rai:dataAnnotationProtocol", json!(protocol.join("\n")));
    }
    if items > 0 {
        let each = annotations as f64 / items as f64;
        put("rai:annotationsPerItem", json!(format!("{each:.2}")));
    }
    let people: Vec<String> = figures
        .people
        .iter()
        .map(|(kind, people)| {
            let (all, worked, trained) = (people.registered, people.worked, people.trained);
            match corpus.language {
                ReportLanguage::Zh => {
                    format!("{kind}:登记 {all} 人,参与 {worked} 人,经培训 {trained} 人")
                }
                ReportLanguage::En => {
                    format!("{kind}: {all} registered, {worked} worked, {trained} trained")
                }
            }
        })
        .collect();
    if !people.is_empty() {
        put("rai:annotatorDemographics", json!(people));
    }
    let mut analysis = Vec::new();
    let overall = report.agreement.overall.as_ref();
    if let Some((items, alpha)) = overall.and_then(|a| Some((a.items, a.alpha.value?))) {
        analysis.push(match corpus.language {
            ReportLanguage::Zh => {
                format!("{items} 条语料有多人标注,Krippendorff α = {alpha:.3}")
            }
            ReportLanguage::En => {
                format!("{items} items annotated more than once, Krippendorff's alpha = {alpha:.3}")
            }
        });
    }
    if let Some(ratio) = figures.verified_ratio {
        let share = ratio * 100.0;
        analysis.push(match corpus.language {
            ReportLanguage::Zh => format!("人工核验 {} 次标注({share:.2}%)", figures.verified),
            ReportLanguage::En => {
                format!(
                    "{} annotations verified by people ({share:.2} %)",
                    figures.verified
                )
            }
        });
    }
    if !analysis.is_empty() {
        put("rai:dataAnnotationAnalysis", json!(analysis));
    }
}
