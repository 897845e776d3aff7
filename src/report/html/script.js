// The page works without this script; with it, findings can be searched, filtered and sorted.
// Whatever comes from the corpus is put in as text (textContent), never as markup.
"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const isZh = () => root.dataset.lang === "zh";
  const pick = (zh, en) => (isZh() ? zh : en);
  const numbers = new Intl.NumberFormat("en-US");
  const shown = (n) => numbers.format(n);

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const foreign = (text) => element("bdi", text);

  // Language and theme.
  const press = (attribute, value) => {
    for (const button of all(`button[${attribute}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(attribute) === value));
    }
  };
  const title = { zh: "语料合规报告", en: "Corpus compliance report" };
  const setLanguage = (lang) => {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-Hans" : "en";
    document.title = title[lang];
    press("data-set-lang", lang);
    relabel();
  };
  const setTheme = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    press("data-set-theme", theme);
  };

  // Where one is.
  const links = new Map(all("#nav a").map((link) => [link.hash.slice(1), link]));
  const follow = () => {
    let current = null;
    for (const section of all("main > section")) {
      if (current === null || section.getBoundingClientRect().top < window.innerHeight / 3) current = section.id;
    }
    for (const [id, link] of links) {
      if (id === current) {
        link.setAttribute("aria-current", "true");
        // Where the contents are one line, the current entry stays in sight.
        const list = byId("nav");
        if (list.scrollWidth > list.clientWidth) list.scrollLeft = link.offsetLeft - 16;
      } else link.removeAttribute("aria-current");
    }
  };
  let waiting = false;
  window.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      follow();
    });
  }, { passive: true });

  // What an address points to is unfolded.
  const unfoldTarget = () => {
    const target = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (target instanceof HTMLDetailsElement) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus({ preventScroll: true });
    }
  };
  window.addEventListener("hashchange", unfoldTarget);

  // Clauses.
  const clauseFilter = byId("clause-filter");
  const clauses = all("#clause-list > details");
  const showClauses = () => {
    const wanted = new Set(Array.from(clauseFilter.querySelectorAll("input:checked"), (box) => box.value));
    let count = 0;
    for (const clause of clauses) {
      clause.hidden = !Array.from(clause.classList).some((name) => wanted.has(name));
      if (!clause.hidden) count += 1;
    }
    byId("clause-count").textContent = pick(
      `显示 ${shown(count)} / ${shown(clauses.length)} 条`,
      `${shown(count)} of ${shown(clauses.length)} clauses`,
    );
  };
  const unfold = clauseFilter.querySelector("[data-unfold]");
  clauseFilter.addEventListener("change", showClauses);
  unfold.addEventListener("click", () => {
    const open = clauses.some((clause) => !clause.hidden && !clause.open);
    for (const clause of clauses) clause.open = open && !clause.hidden;
  });

  // Findings.
  const data = JSON.parse(byId("findings-data").textContent);
  const GRADES = ["low", "medium", "high", "critical"];
  const GRADE_WORDS = { low: ["低", "low"], medium: ["中", "medium"], high: ["高", "high"], critical: ["严重", "critical"] };
  const rules = data.rules.map(([id, zh, en, severity, risk, entity, kind]) =>
    ({ id, zh, en, severity, risk, entity, kind }));
  const families = data.families.map((row, order) => {
    const [rule, source, suppressed, confidence, findings, records, files, excerpt, fingerprint, places] = row;
    return {
      order, rule: rules[rule], ruleNumber: rule, source: data.sources[source], sourceNumber: source, suppressed,
      confidence, findings, records, files, excerpt, fingerprint, places, text: null, open: false,
    };
  });
  const COLUMNS = {
    severity: (f) => GRADES.indexOf(f.rule.severity),
    rule: (f) => f.rule.id,
    source: (f) => f.source,
    status: (f) => (f.suppressed === null ? 0 : 1),
    findings: (f) => f.findings,
    records: (f) => f.records,
    files: (f) => f.files,
    confidence: (f) => f.confidence,
  };
  const NUMERIC = new Set(["severity", "findings", "records", "files", "confidence"]);
  const PAGE = 50;
  const PRINTED = 200;
  const view = { list: families, page: 0, key: null, down: false };
  const table = byId("findings-table");
  const body = table.tBodies[0];
  const form = byId("finding-filter");
  const field = (name) => byId(`f-${name}`);

  // What a search looks through: all that is shown of a family, made when first asked for.
  const searched = (f) => {
    if (f.text === null) {
      const words = [f.rule.id, f.rule.zh, f.rule.en, f.rule.risk, f.rule.entity, f.rule.kind, f.source, f.suppressed, f.excerpt, f.fingerprint];
      for (const [path, record, id, at] of f.places) words.push(data.paths[path], `#${record}`, id, data.fields[at]);
      f.text = words.filter((word) => word).join("\n").toLowerCase();
    }
    return f.text;
  };

  const compare = (a, b) => {
    if (view.key !== null) {
      const of = COLUMNS[view.key];
      const [x, y] = [of(a), of(b)];
      if (x < y) return view.down ? 1 : -1;
      if (x > y) return view.down ? -1 : 1;
    }
    return a.order - b.order;
  };

  const select = () => {
    const words = field("text").value.toLowerCase().split(/\s+/).filter((word) => word);
    const [severity, status, risk, rule, source] = ["severity", "status", "risk", "rule", "source"].map((name) => field(name).value);
    view.list = families.filter((f) =>
      (severity === "" || f.rule.severity === severity) &&
      (status === "" || (status === "open") === (f.suppressed === null)) &&
      (risk === "" || (f.rule.risk !== null && (f.rule.risk === risk || f.rule.risk.startsWith(`${risk}.`)))) &&
      (rule === "" || f.ruleNumber === Number(rule)) &&
      (source === "" || f.sourceNumber === Number(source)) &&
      words.every((word) => searched(f).includes(word)));
    view.list.sort(compare);
    view.page = 0;
    render();
  };

  const state = (f) => {
    const cell = element("td", undefined, "l");
    if (f.suppressed === null) cell.textContent = pick("计入", "counts");
    else cell.append(pick("已抑制 ", "suppressed "), element("code", f.suppressed));
    return cell;
  };

  const placeLine = ([path, record, id, at, start, end]) => {
    const line = element("li");
    line.append(foreign(data.paths[path]), ` #${record}`);
    if (id !== null) line.append(" ", element("code", "id "), foreign(id));
    if (data.fields[at]) line.append(" ", element("code", data.fields[at]));
    line.append(` ${pick("字符", "characters")} ${start}–${end}`);
    return line;
  };

  const details = (f) => {
    const row = element("tr", undefined, "more");
    const cell = element("td");
    cell.colSpan = 10;
    const list = element("ul", undefined, "places");
    for (const place of f.places) list.append(placeLine(place));
    cell.append(list);
    if (f.places.length < f.findings) {
      cell.append(element("p", pick(
        `给出 ${shown(f.places.length)} 处位置,共 ${shown(f.findings)} 处。`,
        `${shown(f.places.length)} places of ${shown(f.findings)} findings.`,
      ), "cut"));
    }
    const facts = element("p", undefined, "note");
    facts.append(pick("组标识 ", "family "), element("code", f.fingerprint));
    for (const word of [f.rule.risk, f.rule.entity, f.rule.kind]) {
      if (word) facts.append(" · ", foreign(word));
    }
    cell.append(facts);
    row.append(cell);
    return row;
  };

  const familyRows = (f, unfolded) => {
    const row = element("tr");
    const grade = element("td", undefined, "c");
    grade.append(element("span", pick(...GRADE_WORDS[f.rule.severity]), `sev ${f.rule.severity}`));
    const rule = element("td", undefined, "l");
    rule.append(pick(f.rule.zh, f.rule.en), element("br"), element("code", f.rule.id));
    const source = element("td", undefined, "l");
    source.append(foreign(f.source));
    const quote = element("td", undefined, "l");
    if (f.excerpt) {
      const span = element("span", undefined, "quote");
      span.append(foreign(f.excerpt));
      quote.append(span);
    } else quote.textContent = "—";
    const place = element("td", undefined, "l");
    const button = element("button", pick(`${shown(f.places.length)} 处`, f.places.length === 1 ? "1 place" : `${shown(f.places.length)} places`));
    button.type = "button";
    button.setAttribute("aria-expanded", String(f.open));
    button.addEventListener("click", () => {
      f.open = !f.open;
      button.setAttribute("aria-expanded", String(f.open));
      if (f.open) row.after(details(f));
      else row.nextSibling.remove();
    });
    place.append(button);
    row.append(
      grade, rule, source, state(f),
      element("td", shown(f.findings), "r"), element("td", shown(f.records), "r"), element("td", shown(f.files), "r"),
      element("td", `${f.confidence} %`, "r"), quote, place,
    );
    return f.open || unfolded ? [row, details(f)] : [row];
  };

  const render = () => {
    const pages = Math.max(1, Math.ceil(view.list.length / PAGE));
    view.page = Math.min(Math.max(view.page, 0), pages - 1);
    const part = view.list.slice(view.page * PAGE, (view.page + 1) * PAGE);
    const rows = part.flatMap((f) => familyRows(f, false));
    if (rows.length === 0) {
      const row = element("tr");
      const cell = element("td", pick("没有符合条件的检出", "nothing matches"));
      cell.colSpan = 10;
      row.append(cell);
      rows.push(row);
    }
    body.replaceChildren(...rows);
    const findings = view.list.reduce((sum, f) => sum + f.findings, 0);
    byId("finding-count").textContent = pick(
      `${shown(view.list.length)} / ${shown(families.length)} 组,代表 ${shown(findings)} 处`,
      `${shown(view.list.length)} of ${shown(families.length)} families, which stand for ${shown(findings)} findings`,
    );
    byId("page-count").textContent = pick(`第 ${shown(view.page + 1)} / ${shown(pages)} 页`, `page ${shown(view.page + 1)} of ${shown(pages)}`);
    for (const button of all("#pages button")) {
      const back = button.dataset.page === "first" || button.dataset.page === "previous";
      button.disabled = back ? view.page === 0 : view.page === pages - 1;
    }
  };

  byId("pages").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === null) return;
    const last = Math.ceil(view.list.length / PAGE) - 1;
    const to = { first: 0, previous: view.page - 1, next: view.page + 1, last };
    view.page = to[button.dataset.page];
    render();
    // A button that was just disabled has lost the focus.
    if (button.disabled) all("#pages button:not(:disabled)")[0]?.focus();
    table.scrollIntoView({ block: "start" });
  });

  for (const head of table.querySelectorAll("th[data-sort]")) {
    const button = element("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const key = head.dataset.sort;
      view.down = view.key === key ? !view.down : NUMERIC.has(key);
      view.key = key;
      for (const other of table.querySelectorAll("th[data-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", view.down ? "descending" : "ascending");
      view.list.sort(compare);
      view.page = 0;
      render();
    });
  }

  const options = (name, list) => {
    const chosen = field(name).value;
    const made = [["", pick("全部", "all")], ...list].map(([value, text]) => {
      const option = element("option", text);
      option.value = value;
      return option;
    });
    field(name).replaceChildren(...made);
    field(name).value = chosen;
  };
  const short = (text) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
  const fillOptions = () => {
    const has = new Set(rules.map((rule) => rule.severity));
    options("severity", GRADES.filter((grade) => has.has(grade)).reverse().map((grade) => [grade, pick(...GRADE_WORDS[grade])]));
    options("status", [["open", pick("计入", "counts")], ["suppressed", pick("已抑制", "suppressed")]]);
    options("risk", Array.from(new Set(rules.map((rule) => rule.risk).filter((risk) => risk))).sort().map((risk) => [risk, risk]));
    const byName = (list, name) => list.map((one, number) => [String(number), short(name(one))]).sort((a, b) => (a[1] < b[1] ? -1 : 1));
    options("rule", byName(rules, (rule) => rule.id));
    options("source", byName(data.sources, (source) => source));
  };

  function relabel() {
    fillOptions();
    render();
    showClauses();
  }

  let typing = 0;
  field("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(select, 120);
  });
  form.addEventListener("change", select);
  form.addEventListener("reset", () => setTimeout(select));
  form.addEventListener("submit", (event) => event.preventDefault());

  // Paper: everything unfolded, and as many findings as one would read.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const one of folded) one.open = true;
    const part = view.list.slice(0, PRINTED);
    const rows = part.flatMap((f) => familyRows(f, true));
    if (part.length < view.list.length) {
      const row = element("tr");
      const cell = element("td", pick(
        `打印前 ${shown(part.length)} 组,共 ${shown(view.list.length)} 组。`,
        `The first ${shown(part.length)} of ${shown(view.list.length)} families are printed.`,
      ), "cut");
      cell.colSpan = 10;
      row.append(cell);
      rows.push(row);
    }
    if (rows.length > 0) body.replaceChildren(...rows);
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    render();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === null) return;
    if (button.dataset.setLang) setLanguage(button.dataset.setLang);
    if (button.dataset.setTheme) setTheme(button.dataset.setTheme);
    if (button.hasAttribute("data-print")) window.print();
  });

  byId("static-cut")?.remove();
  for (const one of [all(".switches")[0], clauseFilter, form, byId("pages")]) one.hidden = false;
  setTheme("auto");
  setLanguage(root.dataset.lang);
  follow();
  unfoldTarget();
})();
