// The console: GraphiQL with ready tabs, and a bar that says who asks. All of it lives in memory: a reload starts anew.

import { ask, fetcher, headersFor, read, tokenIn, viewerOf } from "./asking.js";

const DAY = 24 * 60 * 60 * 1000;
const CHINA = 8 * 60 * 60 * 1000; // days are counted in China's time
const DAYS_SHOWN = 31;
const CASES_REPLAYED = 5;
const EACH = ""; // choice of a person: each tab its own

const byId = (id) => document.getElementById(id);

const people = new Map(); // token -> demo person
const offices = new Map(); // code -> name
const cities = new Map(); // key -> { name, people }
const memory = new Map(); // what GraphiQL stores
const storage = {
  get length() {
    return memory.size;
  },
  getItem: (name) => memory.get(name) ?? null,
  setItem: (name, value) => memory.set(name, value),
  removeItem: (name) => memory.delete(name),
  clear: () => memory.clear(),
};

let ready = []; // the tabs as the server has them
let shown = null; // GraphiQL's tabs as they are now
let filled = new Map(); // tab -> the variables we gave it, to know whether somebody has changed them
let generation = 0; // of GraphiQL's mountings
let turn = 0; // of choices

// --- Who asks

const STRANGER = { name: "未登录 Not signed in", roles: "", office: "" };
const REFUSED = { name: "令牌无效 Token not accepted", roles: "", office: "" };

async function introduce() {
  const token = tokenIn(shown.tabs[shown.activeTabIndex]?.headers);
  const viewer = token ? await viewerOf(token).catch(() => REFUSED) : STRANGER;
  if (token !== tokenIn(shown.tabs[shown.activeTabIndex]?.headers)) return; // another tab meanwhile
  byId("lamp").className = { [STRANGER.name]: "lamp", [REFUSED.name]: "lamp refused" }[viewer.name] ?? "lamp known";
  if (byId("lamp").className === "lamp known") byId("help").hidden = true;
  for (const part of ["name", "roles", "office"]) byId(part).textContent = viewer[part];
}

// --- Demo people and their cities

async function meet(found) {
  for (const person of found) {
    people.set(person.token, person);
    const key = person.login.split("-")[0];
    if (!cities.has(key)) cities.set(key, { name: key, people: [] });
    cities.get(key).people.push(person);
  }
  await Promise.all([...cities.values()].map(learnOffices));
  fill(byId("city"), [...cities].map(([key, city]) => option(key, city.name)));
}

async function learnOffices(city) {
  const query = "{ offices(first: 100) { nodes { code name parent { code } } } }";
  const data = await ask(city.people[0].token, query).catch(() => ({ offices: { nodes: [] } }));
  for (const office of data.offices.nodes) offices.set(office.code, office.name);
  city.name = data.offices.nodes.find((office) => !office.parent)?.name ?? city.name;
}

function offerPeople() {
  const byOffice = new Map();
  for (const person of cityChosen().people) {
    if (!byOffice.has(person.office)) byOffice.set(person.office, []);
    byOffice.get(person.office).push(option(person.login, `${person.duty} ${person.role} · ${person.login}`));
  }
  const groups = [...byOffice].map(([code, options]) => {
    const group = document.createElement("optgroup");
    group.label = `${offices.get(code) ?? ""} ${code}`;
    group.append(...options);
    return group;
  });
  fill(byId("person"), [option(EACH, "每个页签各用合适的人 · each tab its own person"), ...groups]);
}

function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

function fill(select, options) {
  select.replaceChildren(...options);
}

const cityChosen = () => cities.get(byId("city").value);

function personFor(tab) {
  const city = cityChosen();
  if (!city || (tab && !tab.role)) return undefined;
  const chosen = city.people.find((person) => person.login === byId("person").value);
  if (chosen) return chosen;
  const fitting = city.people.filter((person) => person.role === (tab ?? ready[0]).role);
  return (tab?.inUnit && fitting[1]) || fitting[0] || city.people[0];
}

const tokenOf = (tab) => personFor(tab)?.token;

// The month in which one has most to see: the last, or the first (cities of 2020 get new cases only by hand).
async function periodFor(token) {
  const bounds = await ask(
    token,
    `{ newest: cases(first: 1, orderBy: RECEIVED_AT_DESC) { nodes { receivedAt } }
       oldest: cases(first: 1, orderBy: RECEIVED_AT) { nodes { receivedAt } } }`,
  );
  const last = monthUntil(Date.parse(bounds.newest.nodes[0].receivedAt));
  const first = monthUntil(Date.parse(bounds.oldest.nodes[0].receivedAt) + (DAYS_SHOWN - 1) * DAY);
  const counts = await ask(
    token,
    `query ($a: DateTime!, $b: DateTime!, $c: DateTime!) {
       last: cases(first: 1, filter: { receivedFrom: $a }) { totalCount }
       first: cases(first: 1, filter: { receivedFrom: $b, receivedTo: $c }) { totalCount } }`,
    { a: `${last.from}T00:00:00+08:00`, b: `${first.from}T00:00:00+08:00`, c: `${first.through}T23:59:59+08:00` },
  );
  return counts.last.totalCount >= counts.first.totalCount ? last : first;
}

// Where to begin a replay: some urgent cases ago, since a big city has a thousand of them.
async function placeFor(token) {
  const query = `query ($first: Int!) {
    cases(first: $first, filter: { priority: [URGENT, EMERGENCY] }) { nodes { timeline(first: 1) { nodes { cursor } } } } }`;
  const { cases } = await ask(token, query, { first: CASES_REPLAYED + 1 });
  return cases.nodes[CASES_REPLAYED].timeline.nodes[0].cursor;
}

function monthUntil(instant) {
  const day = (moment) => new Date(moment + CHINA).toISOString().slice(0, 10);
  return { from: day(instant - (DAYS_SHOWN - 1) * DAY), through: day(instant) };
}

// The midnights in China around today: of this day, the next, and a week after that.
function midnightsAfter(instant) {
  const midnight = (days) => `${new Date(instant + CHINA + days * DAY).toISOString().slice(0, 10)}T00:00:00+08:00`;
  return { today: midnight(0), tomorrow: midnight(1), later: midnight(8) };
}

// --- Tabs

// The variables as the server has them, with what fits the person put in. Who sees too little gets what fits anybody.
async function variablesFor(tab, token) {
  const values = { after: "0", login: cityChosen()?.people[0].login ?? "", ...monthUntil(Date.now()), ...midnightsAfter(Date.now()) };
  const wants = (name) => tab.variables.includes(`{{${name}}}`);
  if (token && wants("from")) Object.assign(values, await periodFor(token).catch(() => ({})));
  if (token && wants("after")) values.after = await placeFor(token).catch(() => values.after);
  return tab.variables.trim().replace(/\{\{(from|through|login|after|today|tomorrow|later)\}\}/g, (_, name) => values[name]);
}

async function readyTabs(tokenFor) {
  const given = await Promise.all(ready.map((tab) => variablesFor(tab, tokenFor(tab))));
  return ready.map((tab, place) => ({
    id: tab.name,
    title: tab.name,
    operationName: tab.name,
    query: tab.query,
    variables: given[place],
    headers: headersFor(tokenFor(tab)),
    response: null,
  }));
}

// Every tab for the person chosen. What somebody has written stays; our own variables follow the person.
async function change(tokenFor) {
  const mine = (turn += 1);
  const fresh = new Map((await readyTabs(tokenFor)).map((tab) => [tab.id, tab]));
  if (mine !== turn) return; // chosen anew meanwhile
  const tabs = shown.tabs.map((tab) => ({
    ...tab,
    headers: headersFor(tokenFor(ready.find(({ name }) => name === tab.id)), tab.headers),
    variables: (tab.variables === filled.get(tab.id) && fresh.get(tab.id)?.variables) || tab.variables,
    response: null,
  }));
  remember(fresh.values());
  show(tabs, shown.activeTabIndex);
}

function remember(tabs) {
  filled = new Map(Array.from(tabs, (tab) => [tab.id, tab.variables]));
}

// GraphiQL keeps its tabs to itself; mounted anew it takes them from its storage, headers of the first tab included.
function show(tabs, active) {
  shown = { tabs, activeTabIndex: active };
  for (const part of ["query", "variables", "headers"]) memory.set(`graphiql:${part}`, tabs[active][part] ?? "");
  memory.set("graphiql:tabState", JSON.stringify(shown));
  generation += 1;
  const properties = {
    key: generation,
    fetcher: fetcher(offerToken),
    storage,
    shouldPersistHeaders: true,
    showPersistHeadersSettings: false,
    defaultHeaders: headersFor(tokenIn(tabs[active].headers) || tokenOf()),
    defaultEditorToolsVisibility: "variables",
    onTabChange: (state) => {
      shown = state;
      introduce();
    },
  };
  const logo = React.createElement(GraphiQL.Logo, null, "▶ Ctrl-Enter");
  ReactDOM.render(React.createElement(GraphiQL, properties, logo), byId("graphiql"));
  introduce();
}

function offerToken(token) {
  byId("token").value = token;
  byId("token").classList.add("fresh");
  byId("paste").hidden = false;
}

// --- Start

byId("city").addEventListener("change", () => {
  offerPeople();
  change(tokenOf);
});
byId("person").addEventListener("change", () => change(tokenOf));
for (const form of [byId("people"), byId("paste")]) form.addEventListener("submit", (event) => event.preventDefault());
byId("paste").addEventListener("submit", () => {
  const token = byId("token").value.trim().replace(/^bearer\s+/i, "");
  byId("token").classList.remove("fresh");
  byId("person").selectedIndex = -1; // nobody of the list, so that each of them can be chosen again
  change((tab) => (tab && !tab.role ? undefined : token)); // signing in needs none, and a stale one would stop it
});

async function start() {
  const [found, tabs] = await Promise.all([read("console/people"), read("console/tabs")]);
  ready = tabs;
  await meet(found);
  if (people.size) offerPeople();
  byId("people").hidden = !people.size;
  byId("paste").hidden = byId("help").hidden = people.size > 0;
  const wanted = people.size ? location.hash.slice(1) : "SignIn";
  const made = await readyTabs(tokenOf);
  remember(made);
  show(made, Math.max(0, made.findIndex((tab) => tab.id === wanted)));
}

start().catch((error) => {
  byId("trouble").textContent = `页面未能启动 The page could not start: ${error.message}`;
  byId("trouble").hidden = false;
});
