// One case: what was asked, what was known, and every arm's answer side by side.
import { diffWords } from "./diff.js";
import { fill, h } from "./dom.js";
import { scrollBox } from "./overflow.js";

/** Return {show}; the view is drawn into `place`. */
export function makeCaseView(place, data, say) {
  let base = "";
  let repeat = 0;
  let current = null;
  const show = (row, content) => {
    current = { row, content };
    repeat = Math.min(repeat, repeatsOf(content) - 1);
    draw();
  };
  const draw = () => {
    const { row, content } = current;
    fill(
      place,
      heading(row, content, say),
      content.message ? block(say("page.message"), text(content.message, row.language)) : null,
      factsTable(content, data.arms, repeat, say),
      claimsList(content, data.arms, repeat, say),
      contextBlock(content, row.language, say),
      answersBlock(content, row.language),
    );
  };
  const answersBlock = (content, language) => {
    const choose = h(
      "select",
      {
        id: "compare",
        change: (event) => {
          base = event.target.value;
          draw();
          document.getElementById("compare").focus();
        },
      },
      h("option", { value: "" }, say("page.compare_none")),
      data.arms.map((arm) => h("option", { value: arm.id, selected: arm.id === base }, arm.name)),
    );
    const repeats = repeatsOf(content);
    const which =
      repeats < 2
        ? null
        : h(
            "label",
            {},
            say("page.repeat"),
            " ",
            h(
              "select",
              {
                id: "repeat",
                change: (event) => {
                  repeat = Number(event.target.value);
                  draw();
                  document.getElementById("repeat").focus();
                },
              },
              Array.from({ length: repeats }, (_, k) =>
                h("option", { value: k, selected: k === repeat }, String(k + 1)),
              ),
            ),
          );
    const other = base ? (content.answers[base] || [])[repeat] : null;
    const cards = data.arms.map((arm) =>
      answerCard(arm, content, repeat, other && arm.id !== base ? other : null, language, say),
    );
    return h(
      "section",
      { class: "answers-block" },
      h("h4", {}, say("page.answers")),
      h("div", { class: "tools" }, h("label", {}, say("page.compare"), " ", choose), which),
      h("p", { class: "quiet" }, say(base ? "page.difference_key" : "page.mark_key")),
      h("div", { class: "answers" }, cards),
    );
  };
  return { show };
}

function repeatsOf(content) {
  return Math.max(1, ...Object.values(content.answers).map((answers) => answers.length));
}

function block(title, ...children) {
  return h("section", {}, h("h4", {}, title), ...children);
}

function text(content, language, className = "text") {
  return h("div", { class: className, lang: language || null, dir: "auto" }, content);
}

function heading(row, content, say) {
  const facts = [
    row.persona && say.named("persona_name", row.persona),
    row.language && say.named("language_name", row.language),
    row.category && say.named("category_name", row.category),
    row.severity && say.named("severity_name", row.severity),
    content.difficulty && say.named("difficulty_name", content.difficulty),
    row.difference === null ? "" : say("page.difference", { difference: row.difference }),
  ].filter(Boolean);
  return h(
    "header",
    {},
    h("h3", { id: "case-title", tabindex: "-1" }, row.id),
    h("p", { class: "quiet" }, facts.join(" \u00b7 ")),
    content.setting ? h("p", { class: "quiet" }, content.setting) : null,
    content.harm ? h("p", {}, `${say("page.harm")}: ${content.harm}`) : null,
  );
}

function factsTable(content, arms, repeat, say) {
  if (!content.facts) return null;
  if (!content.facts.length)
    return block(say("page.facts"), h("p", { class: "quiet" }, say("page.facts_none")));
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, say("page.fact")),
    arms.map((arm) => h("th", { scope: "col" }, arm.name)),
  );
  const rows = content.facts.map((fact, k) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, `[${k + 1}] ${fact}`),
      arms.map((arm) => {
        const answer = (content.answers[arm.id] || [])[repeat];
        if (!answer || !answer.found) return h("td", { "data-label": arm.name }, say("word.na"));
        const has = answer.found.includes(k);
        return h(
          "td",
          { class: has ? "has" : "lacks", "data-label": arm.name },
          has ? say("page.fact_found") : h("strong", {}, say("page.fact_lost")),
        );
      }),
    ),
  );
  const table = h("table", { class: "facts cards" }, h("thead", {}, head), h("tbody", {}, rows));
  return block(say("page.facts"), scrollBox(say("page.facts"), table));
}

function claimsList(content, arms, repeat, say) {
  if (!content.claims || !content.claims.length) return null;
  const items = content.claims.map((claim, k) => {
    const by = arms.filter((arm) =>
      ((content.answers[arm.id] || [])[repeat] || { said: [] }).said?.includes(k),
    );
    const who = by.length
      ? h("strong", {}, `${say("page.claim_said")}: ${by.map((arm) => arm.name).join(", ")}`)
      : say("page.claim_not");
    return h("li", {}, `[${k + 1}] ${claim} \u2013 `, who);
  });
  return block(say("page.claims"), h("ul", {}, items));
}

function contextBlock(content, language, say) {
  if (!content.context || !content.context.length) return null;
  const struck = content.context.some(([, pieces]) => pieces.some(([, gone]) => gone));
  const [before, after] = content.tokens.length ? content.tokens : [null, null];
  const key = struck ? "saved" : before !== null && before !== after ? "rewritten" : "raw";
  const parts = content.context.map(([who, pieces]) =>
    h(
      "div",
      { class: "turn" },
      h("span", { class: "who" }, say(`page.who_${who}`)),
      text(
        pieces.map(([piece, gone]) => (gone ? h("del", { title: say("page.dropped") }, piece) : piece)),
        language,
      ),
    ),
  );
  return h(
    "details",
    { class: "context" },
    h("summary", {}, `${say("page.context")}: ${say(`page.context_${key}`, { before, after })}`),
    parts,
  );
}

function answerCard(arm, content, repeat, other, language, say) {
  const answer = (content.answers[arm.id] || [])[repeat];
  const head = h(
    "h5",
    {},
    arm.name,
    answer && answer.points !== null && answer.points !== undefined
      ? ` \u00b7 ${say("page.arm_points", { points: answer.points })}`
      : "",
  );
  if (!answer)
    return h("article", { class: `answer ${arm.kind}` }, head, h("p", { class: "quiet" }, say("word.na")));
  const body = [];
  if (answer.cause) body.push(h("p", {}, say("page.no_answer", { cause: answer.cause })));
  else if (!answer.text) body.push(h("p", {}, say("page.empty")));
  else body.push(other ? differences(other, answer, language, say) : text(marked(answer, say), language));
  if (answer.cut) body.push(h("p", { class: "quiet" }, say("page.cut")));
  return h(
    "article",
    { class: `answer ${arm.kind}`, "data-arm": arm.id },
    head,
    ...body,
    footer(answer, say),
  );
}

function marked(answer, say) {
  const parts = [];
  let at = 0;
  for (const [start, end, facts, claims] of answer.marks || []) {
    if (start < at) continue;
    parts.push(answer.text.slice(at, start));
    const numbers = [...facts.map((k) => `[${k + 1}]`), ...claims.map((k) => `[!${k + 1}]`)].join("");
    const title = [
      facts.length ? say("page.marked_facts", { list: facts.map((k) => k + 1).join(", ") }) : "",
      claims.length ? say("page.marked_claims", { list: claims.map((k) => k + 1).join(", ") }) : "",
    ]
      .filter(Boolean)
      .join("; ");
    parts.push(
      h(
        "mark",
        { class: claims.length ? "claim" : "fact", title },
        answer.text.slice(start, end),
        h("sup", {}, numbers),
      ),
    );
    at = end;
  }
  parts.push(answer.text.slice(at));
  return parts;
}

function differences(other, answer, language, say) {
  const script = diffWords(other.text, answer.text);
  if (script === null)
    return h("div", {}, h("p", { class: "quiet" }, say("page.too_different")), text(answer.text, language));
  return text(
    script.map(({ kind, text: part }) => {
      if (kind === "same") return part;
      return kind === "in"
        ? h("ins", { title: say("page.inserted") }, part)
        : h("del", { title: say("page.deleted") }, part);
    }),
    language,
    "text diff",
  );
}

function footer(answer, say) {
  const facts = [];
  if (answer.tokens) facts.push(say("page.tokens", { input: answer.tokens[0], output: answer.tokens[1] }));
  if (answer.ms !== undefined) facts.push(say("page.time", { ms: answer.ms }));
  const scores = answer.scores.map(([name, value, cause]) =>
    value === null ? say("page.score_none", { name, cause }) : say("page.score_of", { name, value }),
  );
  return h(
    "footer",
    {},
    h("p", { class: "quiet" }, facts.join(" \u00b7 ")),
    h(
      "details",
      {},
      h("summary", {}, say("page.scores")),
      h(
        "ul",
        {},
        scores.map((line) => h("li", {}, line)),
      ),
    ),
  );
}
