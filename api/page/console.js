// The console: GraphiQL with ready tabs, and a bar that says who asks. All of it lives in memory: a reload starts anew.

const DAY = 24 * 60 * 60 * 1000;
const CHINA = 8 * 60 * 60 * 1000; // days are counted in China's time
const DAYS_SHOWN = 31;
const CASES_REPLAYED = 5;
const EACH = ""; // choice of a person: each tab its own

const byId = (id) => document.getElementById(id);
const address = (path) => new URL(path, document.baseURI);

const people = new Map(); // token -> demo person
const offices = new Map(); // code -> name
const cities = new Map(); // key -> { name, people }
const viewers = new Map(); // token -> promise of whose it is
const memory = new Map(); // what GraphiQL stores

let ready = []; // the tabs as the server has them
let shown = null; // GraphiQL's tabs as they are now
let filled = new Map(); // tab -> the variables we gave it, to know whether somebody has changed them
let generation = 0;

// --- Who asks

async function read(path) {
  const answer = await fetch(address(path), { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer.json();
}

async function ask(token, query, variables = {}) {
  const answer = await fetch(address("graphql"), {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const body = await answer.json();
  if (!body.data) throw new Error(body.errors?.[0]?.message ?? `HTTP ${answer.status}`);
  return body.data;
}

function viewerOf(token) {
  if (!viewers.has(token)) {
    const asked = ask(token, "{ viewer { login roles office { name } person { name } } }").then((data) => data.viewer);
    viewers.set(token, asked);
    asked.catch(() => viewers.delete(token)); // asked again next time: it may have been the network
  }
  return viewers.get(token);
}

async function introduce() {
  const token = tokenIn(shown.tabs[shown.activeTabIndex]?.headers);
  const viewer = token && (await viewerOf(token).catch(() => "refused"));
  if (token !== tokenIn(shown.tabs[shown.activeTabIndex]?.headers)) return; // another tab meanwhile
  byId("lamp").className = viewer === "refused" ? "lamp refused" : viewer ? "lamp known" : "lamp";
  if (!viewer || viewer === "refused") return say(viewer ? "令牌无效 Token not accepted" : "未登录 Not signed in", "", "");
  const roles = viewer.roles.map((role) => [dutyOf(role), role].filter(Boolean).join(" ")).join("、");
  say(viewer.person?.name ?? viewer.login, roles, viewer.office?.name ?? "");
}

function say(name, duty, office) {
  byId("name").textContent = name;
  byId("duty").textContent = duty;
  byId("office").textContent = office;
}

const dutyOf = (role) => [...people.values()].find((person) => person.role === role)?.duty;

function tokenIn(headers) {
  const value = Object.entries(parsed(headers)).find(([name]) => name.toLowerCase() === "authorization")?.[1];
  return typeof value === "string" ? value.replace(/^bearer\s+/i, "").trim() : "";
}

function parsed(headers) {
  try {
    return JSON.parse(headers) ?? {};
  } catch {
    return {};
  }
}

function headersFor(token, before) {
  const others = Object.entries(parsed(before)).filter(([name]) => name.toLowerCase() !== "authorization");
  const all = { ...Object.fromEntries(others), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  return JSON.stringify(all, null, 2);
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

// --- Tabs

// The variables as the server has them, with what fits the person put in. Who sees too little gets what fits anybody.
async function variablesFor(tab, token) {
  const values = { after: "0", login: cityChosen()?.people[0].login ?? "", ...monthUntil(Date.now()) };
  const wants = (name) => tab.variables.includes(`{{${name}}}`);
  if (token && wants("from")) Object.assign(values, await periodFor(token).catch(() => ({})));
  if (token && wants("after")) values.after = await placeFor(token).catch(() => values.after);
  return tab.variables.trim().replace(/\{\{(from|through|login|after)\}\}/g, (_, name) => values[name]);
}

async function readyTabs(tokenFor) {
  const given = await Promise.all(ready.map((tab) => variablesFor(tab, tokenFor(tab))));
  filled = new Map(ready.map((tab, place) => [tab.name, given[place]]));
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
  const before = filled;
  const fresh = new Map((await readyTabs(tokenFor)).map((tab) => [tab.id, tab]));
  const tabs = shown.tabs.map((tab) => ({
    ...tab,
    headers: headersFor(tokenFor(ready.find(({ name }) => name === tab.id)), tab.headers),
    variables: fresh.has(tab.id) && tab.variables === before.get(tab.id) ? fresh.get(tab.id).variables : tab.variables,
    response: null,
  }));
  show(tabs, shown.activeTabIndex);
}

// GraphiQL keeps its tabs to itself; mounted anew it takes them from its storage, headers of the first tab included.
function show(tabs, active) {
  shown = { tabs, activeTabIndex: active };
  for (const part of ["query", "variables", "headers"]) memory.set(`graphiql:${part}`, tabs[active][part] ?? "");
  memory.set("graphiql:tabState", JSON.stringify(shown));
  generation += 1;
  const properties = {
    key: generation,
    fetcher,
    storage,
    shouldPersistHeaders: true,
    showPersistHeadersSettings: false,
    defaultHeaders: headersFor(tokenIn(tabs[active].headers) || tokenOf()),
    defaultEditorToolsVisibility: people.size ? "variables" : "headers",
    onTabChange: (state) => {
      shown = state;
      introduce();
    },
  };
  const logo = React.createElement(GraphiQL.Logo, null, "▶ Ctrl-Enter");
  ReactDOM.render(React.createElement(GraphiQL, properties, logo), byId("graphiql"));
  introduce();
}

const storage = {
  get length() {
    return memory.size;
  },
  getItem: (name) => memory.get(name) ?? null,
  setItem: (name, value) => memory.set(name, value),
  removeItem: (name) => memory.delete(name),
  clear: () => memory.clear(),
};

// --- Asking

const socket = address("graphql");
socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
const send = GraphiQL.createFetcher({
  url: address("graphql").href,
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

function fetcher(request, options) {
  const answer = send(JSON.parse(JSON.stringify(request).replaceAll("{{uuid}}", uuid)), options);
  if (Symbol.asyncIterator in answer) return withoutHeartbeats(answer);
  return answer.then((body) => {
    const token = body?.data?.signIn?.token;
    if (token) offerToken(token);
    return body;
  });
}

// crypto.randomUUID exists on https and loopback only.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The pane shows the last event only: a heartbeat must not push a case out of it. By hand, since `return` of a
// generator would wait for the next event before it closes the socket.
function withoutHeartbeats(events) {
  const isHeartbeat = (answer) => Object.values(answer.data ?? {}).some((event) => event?.kind === "HEARTBEAT");
  let met = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (;;) {
        const step = await events.next();
        if (step.done || !met || !isHeartbeat(step.value)) {
          met ||= !step.done && !isHeartbeat(step.value);
          return step;
        }
      }
    },
    return: (value) => events.return(value),
    throw: (error) => events.throw(error),
  };
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
  change(() => token);
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
  show(made, Math.max(0, made.findIndex((tab) => tab.id === wanted)));
}

start().catch((error) => {
  byId("trouble").textContent = `页面未能启动 The page could not start: ${error.message}`;
  byId("trouble").hidden = false;
});
