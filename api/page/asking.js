// How the console asks: over HTTP and sockets, with which token, and under which key.

const viewers = new Map(); // token -> promise of whose it is

export const address = (path) => new URL(path, document.baseURI);

export async function read(path) {
  const answer = await fetch(address(path), { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer.json();
}

export async function ask(token, query, variables = {}) {
  const answer = await fetch(address("graphql"), {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const body = await answer.json();
  if (!body.data) throw new Error(body.errors?.[0]?.message ?? `HTTP ${answer.status}`);
  return body.data;
}

const WHO = `{ viewer { login roles office { name } person { name } }
               __type(name: "Role") { enumValues { name description } } }`;

// Name, roles (Chinese and English) and office of whose token this is; fails when it is nobody's.
export function viewerOf(token) {
  if (!viewers.has(token)) {
    const asked = ask(token, WHO).then(({ viewer, __type }) => ({
      name: viewer.person?.name ?? viewer.login,
      roles: viewer.roles.map((role) => `${labelOf(role, __type.enumValues)} ${role}`).join("、"),
      office: viewer.office?.name ?? "",
    }));
    viewers.set(token, asked);
    asked.catch(() => viewers.delete(token)); // asked again next time: it may have been the network
  }
  return viewers.get(token);
}

const labelOf = (role, terms) => terms.find(({ name }) => name === role)?.description?.split(":")[0] ?? "";

export function tokenIn(headers) {
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

export function headersFor(token, before) {
  const others = Object.entries(parsed(before)).filter(([name]) => name.toLowerCase() !== "authorization");
  const all = { ...Object.fromEntries(others), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  return JSON.stringify(all, null, 2);
}

const socket = address("graphql");
socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
const send = GraphiQL.createFetcher({
  url: address("graphql").href,
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

// What GraphiQL calls at each click: {{uuid}} becomes a fresh key. `onToken` is told what a signIn gave.
export function fetcher(onToken) {
  return async (request, options) => {
    const keyed = JSON.parse(JSON.stringify(request).replaceAll("{{uuid}}", uuid));
    const answer = send(...named(keyed, options));
    if (Symbol.asyncIterator in answer) return listen(answer, tokenIn(JSON.stringify(options?.headers ?? {})));
    const body = await answer;
    const token = body?.data?.signIn?.token;
    if (token) onToken(token);
    return body;
  };
}

const OPERATION = /^\s*(query|mutation|subscription)\s+(\w+)/gm;

// GraphiQL reads a document a moment after a tab is opened: who is quicker would ask for the last tab's operation.
function named(request, options) {
  const found = [...request.query.matchAll(OPERATION)];
  if (found.length !== 1) return [request, options];
  const [, operation, value] = found[0];
  const definition = { kind: "OperationDefinition", operation, name: { kind: "Name", value } };
  return [
    { ...request, operationName: value },
    { ...options, documentAST: { kind: "Document", definitions: [definition] } },
  ];
}

// A socket with a bad token is tried again and again for a minute before anything is said: so the token is asked first.
async function listen(events, token) {
  try {
    if (token) await viewerOf(token);
  } catch (error) {
    events.return();
    return { errors: [{ message: error.message }] };
  }
  return withoutHeartbeats(events);
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
