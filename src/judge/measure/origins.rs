//! Where sources come from: assessments, licences, contracts, collection, names.

use super::{each_declared, lacking, proof};
use crate::State;
use crate::judge::clauses::Clause;
use crate::judge::interval::upper_bound;
use crate::judge::matrix::{Case, Point};
use crate::sources::{Address, Assessment, RobotsVerdict, Source, vague_words};

/// `SRC-01`: a sample before collection, with the upper bound of its share.
pub fn pre_assessment(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (ids, _) = proof(case, clause, source);
        let Some(assessment) = &source.declared.pre_assessment else {
            return Point::new(
                Some(&source.id),
                State::NeedsEvidence,
                "没有采集前评估记录(pre_assessment)",
                "there is no assessment before collection (pre_assessment)",
            );
        };
        let late = match (assessment.at, source.declared.collected_from) {
            (Some(at), Some(from)) => at > from,
            _ => true,
        };
        if late {
            return Point::new(
                Some(&source.id),
                State::NeedsEvidence,
                "评估日期未填写,或晚于采集开始日期",
                "the assessment has no date, or is later than the beginning of the collection",
            )
            .proved(ids);
        }
        sampled(source, assessment, clause, ids)
    })
}

/// `SRC-02`: a sample after collection, where people judged one; the scan itself is the gate's.
pub fn post_verification(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let verified = case.ledger.sources.iter().filter_map(|source| {
        let assessment = source.declared.post_verification.as_ref()?;
        let (ids, _) = proof(case, clause, source);
        Some(sampled(source, assessment, clause, ids))
    });
    verified.collect()
}

fn sampled(source: &Source, sample: &Assessment, clause: &Clause, ids: Vec<String>) -> Point {
    let id = Some(&*source.id);
    let limit = clause.at_most.unwrap_or(0.0);
    let (bad, n) = (sample.bad, sample.n);
    if n == 0 || bad > n || sample.by.trim().is_empty() {
        return Point::new(
            id,
            State::NeedsEvidence,
            "样本量、不良条数或评估人未填写或矛盾",
            "the size of the sample, its bad records or who judged it are missing or contradict each other",
        )
        .proved(ids);
    }
    let confidence = clause.confidence.unwrap_or(0.95);
    let (rate, high) = (bad as f64 / n as f64, upper_bound(bad, n, confidence));
    let percent = |share: f64| format!("{:.2}%", share * 100.0);
    let (state, zh, en) = if rate > limit {
        (State::NonCompliant, "超过", "is over")
    } else if high > limit {
        (
            State::NeedsReview,
            "未超过,但置信上限超过(应扩大样本)",
            "is not over, but its upper bound is: enlarge the sample; limit",
        )
    } else {
        (State::Compliant, "未超过", "is not over")
    };
    let zh = format!(
        "抽样 {n} 条,违法不良 {bad} 条,占比 {},{:.0}% 置信上限 {},{zh} {}",
        percent(rate),
        confidence * 100.0,
        percent(high),
        percent(limit)
    );
    let en = format!(
        "{bad} of {n} records in the sample are bad: {}, with an upper bound of {} at {:.0} %, {en} {}",
        percent(rate),
        percent(high),
        confidence * 100.0,
        percent(limit)
    );
    Point::new(id, state, zh, en)
        .number("share", rate, Some(n as f64))
        .between(0.0, high)
        .proved(ids)
}

/// `SRC-06`: the licence of open material, and its text as evidence.
pub fn open_licence(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (ids, absent) = proof(case, clause, source);
        let mut missing: Vec<String> = absent.iter().map(|key| (*key).to_owned()).collect();
        if !source.declared.licence_id.says() {
            missing.insert(0, "licence_id".to_owned());
        }
        lacking(source, &missing, State::NonCompliant, ids)
    })
}

/// `SRC-07`: datasets of links.
pub fn link_datasets(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let links = case.ledger.sources.iter();
    let links = links.filter(|source| source.declared.delivery == "url_list");
    let points: Vec<Point> = links
        .map(|source| {
            let (ids, absent) = proof(case, clause, source);
            let missing: Vec<String> = absent.iter().map(|key| (*key).to_owned()).collect();
            lacking(source, &missing, State::NonCompliant, ids)
        })
        .collect();
    if points.is_empty() {
        let (zh, en) = ("没有以链接汇集的来源", "no source is a list of links");
        return vec![Point::new(None, State::NotApplicable, zh, en)];
    }
    points
}

/// `SRC-08`: the log of a crawl, and what robots files said.
pub fn collection_record(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let id = Some(&*source.id);
        let (ids, absent) = proof(case, clause, source);
        let declared = &source.declared;
        let log = case.ledger.logs.get(&source.id);
        let refused = log.map_or(0, |log| log.disallowed);
        if refused > 0 || declared.robots_verdict == Some(RobotsVerdict::Disallowed) {
            return Point::new(
                id,
                State::NonCompliant,
                format!("采集了声明不可采集的内容(日志中 {refused} 条)"),
                format!("something was collected that was not allowed ({refused} rows of the log)"),
            )
            .number("disallowed", refused as f64, log.map(|log| log.rows as f64))
            .proved(ids);
        }
        if let (Some(log), Some(from), Some(to)) =
            (log, declared.collected_from, declared.collected_to)
            && (log.first.is_some_and(|first| first < from)
                || log.last.is_some_and(|last| last > to))
        {
            return Point::new(
                id,
                State::NeedsReview,
                "日志中有采集时间段之外的记录",
                "the log has rows outside of the time of the collection",
            )
            .proved(ids);
        }
        let mut missing: Vec<String> = absent.iter().map(|key| (*key).to_owned()).collect();
        match case.ledger.joined.get(&source.id) {
            Some(joined) if joined.logged < joined.records => {
                return Point::new(
                    id,
                    State::NeedsEvidence,
                    format!(
                        "{} 条记录中 {} 条在采集日志里",
                        joined.records, joined.logged
                    ),
                    format!(
                        "{} of {} records are in the log",
                        joined.logged, joined.records
                    ),
                )
                .number("logged", joined.logged as f64, Some(joined.records as f64))
                .proved(ids);
            }
            Some(_) => {}
            None if missing.is_empty() => missing.push("--sidecar".to_owned()),
            None => {}
        }
        lacking(source, &missing, State::NeedsEvidence, ids)
    })
}

/// `SRC-09`: a contract in force over the time of the collection.
pub fn contract(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (ids, absent) = proof(case, clause, source);
        let declared = &source.declared;
        let mut missing: Vec<String> = absent.iter().map(|key| (*key).to_owned()).collect();
        for (key, value) in [
            ("contract_id", &declared.contract_id),
            ("counterparty_name", &declared.counterparty_name),
        ] {
            if value.trim().is_empty() {
                missing.push(key.to_owned());
            }
        }
        match source.credit_code_is_valid() {
            None => missing.push("counterparty_uscc".to_owned()),
            Some(false) => {
                missing.push("counterparty_uscc(校验码有误 wrong check character)".to_owned())
            }
            Some(true) => {}
        }
        match declared.contract_signed_on {
            None => missing.push("contract_signed_on".to_owned()),
            Some(signed) if declared.collected_from.is_some_and(|from| signed > from) => {
                missing.push(format!(
                    "contract_signed_on {signed}(晚于采集开始 later than the collection)"
                ));
            }
            Some(_) => {}
        }
        match declared.contract_valid_to {
            None => missing.push("contract_valid_to".to_owned()),
            Some(end) if declared.collected_to.is_some_and(|to| end < to) => {
                missing.push(format!(
                    "contract_valid_to {end}(采集结束前已到期 ended before the collection did)"
                ));
            }
            Some(end) if end < case.as_of => {
                missing.push(format!("contract_valid_to {end}(已到期 it has ended)"));
            }
            Some(_) => {}
        }
        lacking(source, &missing, State::NonCompliant, ids)
    })
}

/// `SRC-10`: three commitments and their proof.
pub fn commitments(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (ids, absent) = proof(case, clause, source);
        let made = &source.declared.commitments;
        let mut missing: Vec<String> = [
            ("commitments.source", made.source),
            ("commitments.quality", made.quality),
            ("commitments.safety", made.safety),
        ]
        .into_iter()
        .filter(|(_, made)| !made)
        .map(|(key, _)| key.to_owned())
        .collect();
        missing.extend(absent.iter().map(|key| (*key).to_owned()));
        lacking(source, &missing, State::NonCompliant, ids)
    })
}

/// `SRC-11`: who reviewed what was supplied.
pub fn supply_review(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (ids, absent) = proof(case, clause, source);
        let review = &source.declared.review;
        if matches!(review.result.trim(), "failed" | "不通过" | "不合格") {
            return Point::new(
                Some(&source.id),
                State::NonCompliant,
                "审核结论为不通过",
                "the review did not pass it",
            )
            .proved(ids);
        }
        let mut missing = Vec::new();
        for (key, there) in [
            ("review.by", !review.by.trim().is_empty()),
            ("review.at", review.at.is_some()),
            ("review.result", !review.result.trim().is_empty()),
        ] {
            if !there {
                missing.push(key.to_owned());
            }
        }
        missing.extend(absent.iter().map(|key| (*key).to_owned()));
        lacking(source, &missing, State::NeedsEvidence, ids)
    })
}

/// `SRC-12`: authorisation of users.
pub fn user_authorisation(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (ids, absent) = proof(case, clause, source);
        let declared = &source.declared;
        let mut missing = Vec::new();
        for (key, value) in [
            ("service_name", &declared.service_name),
            ("user_authorisation_ref", &declared.user_authorisation_ref),
        ] {
            if value.trim().is_empty() {
                missing.push(key.to_owned());
            }
        }
        missing.extend(absent.iter().map(|key| (*key).to_owned()));
        lacking(source, &missing, State::NonCompliant, ids)
    })
}

/// `SRC-14`: what made synthetic material.
pub fn generator(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let generator = &source.declared.generator;
        let missing: Vec<String> = [
            ("generator.model", generator.model.trim().is_empty()),
            ("generator.version", generator.version.trim().is_empty()),
            ("generator.acquired_at", generator.acquired_at.is_none()),
        ]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(key, _)| key.to_owned())
        .collect();
        lacking(source, &missing, State::NonCompliant, Vec::new())
    })
}

/// `SRC-15`: sources that were rejected before.
pub fn denied_sources(case: &Case<'_>) -> Vec<Point> {
    let Some(denied) = case.denied else {
        return vec![Point::new(
            None,
            State::NeedsEvidence,
            "未提供已否决来源清单([policy] denied_sources)",
            "no list of rejected sources is kept ([policy] denied_sources)",
        )];
    };
    let names = case.facts.tally.sources.keys();
    let mut points: Vec<Point> = names
        .filter(|name| {
            let source = case.ledger.source(name);
            let is = |text: &str| denied.iter().any(|d| d == text);
            is(name) || source.is_some_and(|s| is(&s.declared.name) || is(&s.declared.url))
        })
        .map(|name| {
            Point::new(
                Some(name),
                State::NonCompliant,
                "在已否决来源清单中",
                "it is on the list of rejected sources",
            )
        })
        .collect();
    if points.is_empty() {
        let (zh, en) = (
            format!("清单有 {} 项,均未使用", denied.len()),
            format!("none of the {} rejected sources is used", denied.len()),
        );
        points.push(Point::new(None, State::Compliant, zh, en));
    }
    points
}

/// `RVW-03`: names that say nothing.
pub fn vague_name(case: &Case<'_>) -> Vec<Point> {
    each_source(case, |source| {
        let id = Some(&*source.id);
        let name = source.declared.name.trim();
        match vague_words(name) {
            _ if name.is_empty() => {
                Point::new(id, State::NonCompliant, "没有名称(name)", "it has no name")
            }
            Some(words) => Point::new(
                id,
                State::NonCompliant,
                format!("名称只有笼统用语:{}", words.join("、")),
                format!("its name consists of general words: {}", words.join(", ")),
            ),
            None => Point::new(id, State::Compliant, "名称具体", "its name says what it is"),
        }
    })
}

/// `RVW-04`: time, platform and processing of a source.
pub fn coarse_name(case: &Case<'_>) -> Vec<Point> {
    each_source(case, |source| {
        let declared = &source.declared;
        let missing: Vec<String> = [
            ("collected_from", declared.collected_from.is_none()),
            ("collected_to", declared.collected_to.is_none()),
            (
                "publisher",
                declared.publisher.trim().is_empty() && declared.url.trim().is_empty(),
            ),
            ("processing", declared.processing.trim().is_empty()),
        ]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(key, _)| key.to_owned())
        .collect();
        lacking(source, &missing, State::NeedsEvidence, Vec::new())
    })
}

/// `RVW-05`: an address one can look at.
pub fn source_url(case: &Case<'_>) -> Vec<Point> {
    each_source(case, |source| {
        let id = Some(&*source.id);
        let by_contract = !source.declared.contract_id.is_empty()
            || !source.declared.service_name.is_empty()
            || !source.declared.generator.model.is_empty();
        match source.address() {
            Address::Page => Point::new(
                id,
                State::Compliant,
                "网址完整",
                "it has the address of a page",
            ),
            Address::Missing if by_contract => Point::new(
                id,
                State::NotApplicable,
                "来源不是网站",
                "it does not come from a web site",
            ),
            Address::Missing => {
                Point::new(id, State::NeedsEvidence, "没有网址(url)", "it has no url")
            }
            Address::Malformed => Point::new(
                id,
                State::NonCompliant,
                "网址格式有误(url)",
                "its url is none",
            ),
            Address::Site => Point::new(
                id,
                State::NeedsReview,
                "网址只到网站首页,不到数据或页面",
                "its url leads to a site and not to the data",
            ),
        }
    })
}

/// `D52-01`: class and grade.
pub fn classified(case: &Case<'_>) -> Vec<Point> {
    each_source(case, |source| {
        let missing: Vec<String> = [
            ("data_class", &source.declared.data_class),
            ("data_grade", &source.declared.data_grade),
        ]
        .into_iter()
        .filter(|(_, value)| value.trim().is_empty())
        .map(|(key, _)| key.to_owned())
        .collect();
        lacking(source, &missing, State::NeedsEvidence, Vec::new())
    })
}

fn is_home(country: &str) -> bool {
    matches!(
        country.trim().to_uppercase().as_str(),
        "CN" | "CHN" | "中国" | "CHINA"
    )
}

/// `BRD-01`: important data stays at home.
pub fn important_data(case: &Case<'_>) -> Vec<Point> {
    each_source(case, |source| {
        let id = Some(&*source.id);
        let hosted = source.declared.hosting_country.trim();
        match source.declared.important_data {
            None => Point::new(
                id,
                State::NeedsEvidence,
                "未说明是否为重要数据(important_data)",
                "it is not said whether it is important data (important_data)",
            ),
            Some(false) => Point::new(
                id,
                State::NotApplicable,
                "不是重要数据",
                "it is no important data",
            ),
            Some(true) if hosted.is_empty() => Point::new(
                id,
                State::NeedsEvidence,
                "未说明存储地(hosting_country)",
                "it is not said where it is stored (hosting_country)",
            ),
            Some(true) if is_home(hosted) => {
                Point::new(id, State::Compliant, "境内存储", "it is stored at home")
            }
            Some(true) => Point::new(
                id,
                State::NonCompliant,
                format!("重要数据存储于 {hosted}"),
                format!("important data is stored in {hosted}"),
            ),
        }
    })
}

/// `BRD-02`: what is stored abroad has its assessment.
pub fn transfer(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_source(case, |source| {
        let id = Some(&*source.id);
        let hosted = source.declared.hosting_country.trim();
        let (ids, absent) = proof(case, clause, source);
        if hosted.is_empty() {
            return Point::new(
                id,
                State::NeedsEvidence,
                "未说明存储地(hosting_country)",
                "it is not said where it is stored (hosting_country)",
            );
        }
        if is_home(hosted) {
            return Point::new(id, State::NotApplicable, "境内存储", "it is stored at home");
        }
        let missing: Vec<String> = absent.iter().map(|key| (*key).to_owned()).collect();
        lacking(source, &missing, State::NeedsEvidence, ids)
    })
}

/// Every declared source; that there is none if so.
fn each_source(case: &Case<'_>, judge: impl Fn(&Source) -> Point) -> Vec<Point> {
    let points: Vec<Point> = case.ledger.sources.iter().map(judge).collect();
    if points.is_empty() {
        let (zh, en) = (
            "没有申报来源([[source]])",
            "no source is declared ([[source]])",
        );
        return vec![Point::new(None, State::NeedsEvidence, zh, en)];
    }
    points
}
