// A client of hazardstream's WebSocket for browsers and Node 22 or later: binary frames up, one verdict for each down.
//
//   const stream = new HazardStream("ws://127.0.0.1:8080", { config: { fps_limit: 10 } });
//   await stream.open();
//   const verdict = await stream.send(jpegBytes);
//
// Every frame sent ends in exactly one verdict, an object with a `type`: "detection_result", "frame_dropped" or "error" from the
// server, or "lost", this client's own, for a frame whose verdict will never come: it did not reach the server, or its session is
// gone. A lost connection is made again with growing, random pauses until close(), and the session goes on where it was: verdicts
// that were missed come marked "replayed", track ids stay. No dependencies.

const HEADER_BYTES = 24;
const JSON_BYTES_MAX = 4096;
const RESUMES_REFUSED_MOST = 3; // browsers do not say why a handshake failed: so often, while the session is there, is a refusal
const LOST_CODE = 4000; // our close code for a connection given up for dead: not a clean end, the session stays
const VERDICTS = new Set(["detection_result", "frame_dropped", "error"]);

// The binary frame message of docs/protocol.md: 24 bytes of header, an optional JSON part, the picture. Little endian.
// captureMillis: as Date.now() gives them, 0 when unknown.
export function makeEnvelope(number, picture, captureMillis = 0, fields = null) {
  const text = fields ? new TextEncoder().encode(JSON.stringify(fields)) : new Uint8Array(0);
  if (text.length > JSON_BYTES_MAX) throw new RangeError("frameId and metadata must fit into 4096 bytes of JSON");
  const bytes = picture instanceof ArrayBuffer ? new Uint8Array(picture) : picture;
  const message = new Uint8Array(HEADER_BYTES + text.length + bytes.length);
  const view = new DataView(message.buffer);
  message.set([0x48, 0x53, 0x46, 0x31], 0); // "HSF1"
  view.setUint16(4, text.length, true);
  view.setBigUint64(8, BigInt(number), true);
  view.setBigInt64(16, BigInt(Math.round(captureMillis * 1000)), true);
  message.set(text, HEADER_BYTES);
  message.set(bytes, HEADER_BYTES + text.length);
  return message;
}

export class HazardStream {
  #url;
  #options;
  #socket = null; // set while a session is open
  #connecting = null;
  #wanted = false;
  #failure = null;
  #pause;
  #retryTimer;
  #silenceTimer;
  #retryAfter = null;
  #tries = 0; // connections without a session since the last one
  #number = 0; // of frames over all connections
  #sent = 0; // frames of this session: the server's seq of the last one
  #key = null; // { sessionId, token } of a session that can be resumed
  #lastEvent = 0;
  #lostAt = 0;
  #refusals = 0;
  #pending = new Map(); // seq -> { frameId, resolve }
  #gap = false;
  #window = 0; // frames that may be without a verdict at once
  #waiters = []; // { ready, act, resolve, reject }, first come first served

  // options: config (the query of docs/protocol.md), onVerdict(verdict), onMessage(message), onState(word: connecting, open,
  // reconnecting, closed), resume (true), firstPause and longestPause in ms, attempts (tries without a session before giving up;
  // browsers do not say why a handshake was refused), key (where the server asks for one: each connection gets a ticket with it).
  constructor(url = "ws://127.0.0.1:8080", options = {}) {
    this.#url = url;
    this.#options = { config: {}, resume: true, firstPause: 300, longestPause: 8000, attempts: Infinity, key: null, ...options };
    this.welcome = null;
    this.resumed = 0; // sessions
    this.duplicates = 0; // verdicts that came twice
    this.gone = 0; // verdicts that a gap declared gone
  }

  // Resolves once a session is open.
  open() {
    if (!this.#wanted) {
      this.#wanted = true;
      this.#failure = null;
      this.#pause = this.#options.firstPause;
      this.#tries = 0;
      this.#connect();
    }
    return this.#until(() => this.#socket !== null);
  }

  // Ends the session; frames still without a verdict are lost.
  close() {
    this.#end(new Error("the stream is closed"));
  }

  // Frames sent that have no verdict yet.
  get outstanding() {
    return this.#pending.size;
  }

  // How many more frames may be sent now without one being dropped for want of room.
  get credits() {
    return this.#socket ? Math.max(0, this.#window - this.#pending.size) : 0;
  }

  // Sends an encoded picture (bytes of a JPEG, PNG, WebP or BMP); resolves with its verdict. paced: waits for a credit first; false
  // sends at once, as a camera does: with delivery=latest the server then drops what it is too slow for.
  async send(picture, { frameId = null, capturedAt = 0, metadata = null, paced = true } = {}) {
    const fields = { ...(frameId === null ? {} : { frame_id: frameId }), ...(metadata === null ? {} : { metadata }) };
    const number = ++this.#number;
    const message = makeEnvelope(number, picture, capturedAt, Object.keys(fields).length ? fields : null);
    const send = () => {
      this.#sent += 1;
      this.#socket.send(message);
      return new Promise((resolve) => this.#pending.set(this.#sent, { frameId: String(frameId ?? number), resolve }));
    };
    return this.#until(() => this.#socket !== null && (!paced || this.credits > 0), send);
  }

  // Changes some of the configuration, now and for later connections; config_updated (or error) comes as a message.
  update(config) {
    Object.assign(this.#options.config, config);
    return this.#tell({ type: "config_update", config });
  }

  // Asks for a pong; a clock offset can be told from its received_at and sent_at.
  ping() {
    return this.#tell({ type: "ping", timestamp: Date.now() / 1000 });
  }

  // Asks for the session's counters; they come as a message of type stats.
  stats() {
    return this.#tell({ type: "stats" });
  }

  #tell(message) {
    return this.#until(() => this.#socket !== null, () => this.#socket.send(JSON.stringify(message)));
  }

  // Acts as soon as it is ready, and resolves with what the act returned.
  #until(ready, act = () => {}) {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ ready, act, resolve, reject });
      this.#wake();
    });
  }

  #wake() {
    if (this.#failure || !this.#wanted) {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure ?? new Error("the stream is closed"));
      return;
    }
    for (;;) {
      const index = this.#waiters.findIndex((waiter) => waiter.ready());
      if (index < 0) return;
      const [waiter] = this.#waiters.splice(index, 1);
      waiter.resolve(waiter.act());
    }
  }

  async #connect() {
    const url = new URL("/stream/detection", this.#url.replace(/^http/, "ws"));
    const { sessionId, token } = this.#key ?? {};
    const query = this.#key ? { session_id: sessionId, resume: token, last_event: this.#lastEvent } : this.#options.config;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    this.#state("connecting");
    this.#tries += 1;
    if (this.#options.key !== null) {
      const attempt = (this.#connecting = {}); // nobody else connects meanwhile
      const ticket = await this.#ticket(query.session_id);
      if (this.#connecting !== attempt) return;
      if (ticket === null) return this.#lost(attempt);
      url.searchParams.set("ticket", ticket);
    }
    const socket = new WebSocket(url);
    this.#connecting = socket;
    socket.onmessage = (event) => {
      if (socket === this.#connecting) this.#hear(socket, JSON.parse(event.data));
    };
    socket.onclose = () => this.#lost(socket);
    socket.onerror = () => {}; // close follows
    this.#expectSomething(socket, 15000);
  }

  // Null: none now; a key that the server refuses is a failure for good.
  async #ticket(sessionId) {
    const reply = await fetch(new URL("/auth/tickets", this.#url.replace(/^ws/, "http")), {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.#options.key}` },
      body: JSON.stringify({ route: "/stream/detection", session_id: sessionId ?? null }),
    }).catch(() => null);
    if (reply?.ok) return (await reply.json()).ticket;
    if (reply?.status === 401 || reply?.status === 403) this.#failure = new Error("the server does not know this key");
    return null;
  }

  #hear(socket, message) {
    if (message.type === "session_created" || message.type === "session_resumed") {
      this.#greeted(socket, message);
    } else if (message.type === "session_closing") {
      this.#retryAfter = message.retry_after_ms;
      if (!message.reconnect) this.#failure = new Error(`the server ended the session: ${message.reason}`);
    } else if (message.type === "config_updated") {
      this.#window = message.config.delivery === "latest" ? 1 : Math.max(1, this.#window);
    } else if (message.type === "gap") {
      this.#gap = true;
      this.gone += message.to - Math.max(message.from - 1, this.#lastEvent);
      this.#lastEvent = Math.max(this.#lastEvent, message.to);
    }
    // The server speaks at least once in heartbeat_ms; two of them in silence mean that nobody is there any more.
    this.#expectSomething(socket, 2 * this.welcome.heartbeat_ms + 2000);
    if (VERDICTS.has(message.type) && "event" in message) {
      this.#settle(message);
    } else {
      this.#options.onMessage?.(message);
    }
    this.#wake();
  }

  #greeted(socket, message) {
    if (message.type === "session_resumed") {
      this.resumed += 1;
      this.#sent = message.last_seq; // what was sent beyond it never arrived
      this.#lose((seq) => seq > message.last_seq);
    } else {
      this.#lose(() => true);
      this.#sent = 0;
      this.#lastEvent = 0;
      this.#gap = false;
    }
    this.welcome = message;
    this.#key = this.#options.resume ? { sessionId: message.session_id, token: message.resume_token } : null;
    this.#socket = socket;
    this.#window = message.credits;
    this.#pause = this.#options.firstPause;
    this.#tries = 0;
    this.#refusals = 0;
    this.#state("open");
  }

  #settle(message) {
    if (message.event <= this.#lastEvent) {
      this.duplicates += 1;
      return;
    }
    this.#lastEvent = message.event;
    const data = message.type === "detection_result" ? message.data : message;
    if (message.type === "detection_result") {
      this.#window = Math.max(this.#window, data.credits);
      // After a gap: the verdicts of all earlier frames came before this result, or fell into the gap.
      if (this.#gap) this.#lose((seq) => seq < data.seq);
    }
    this.#pending.get(data.seq)?.resolve(message);
    this.#pending.delete(data.seq);
    this.#options.onVerdict?.(message);
  }

  #lose(chosen) {
    for (const [seq, { frameId, resolve }] of [...this.#pending]) {
      if (!chosen(seq)) continue;
      const verdict = { type: "lost", frame_id: frameId, seq };
      this.#pending.delete(seq);
      resolve(verdict);
      this.#options.onVerdict?.(verdict);
    }
  }

  #expectSomething(socket, milliseconds) {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      socket.close(LOST_CODE);
      this.#lost(socket);
    }, milliseconds);
  }

  #lost(socket) {
    if (socket !== this.#connecting) return;
    const wasOpen = this.#socket !== null;
    if (wasOpen) this.#lostAt = Date.now();
    this.#connecting = this.#socket = null;
    clearTimeout(this.#silenceTimer);
    if (this.#tries >= this.#options.attempts) this.#failure = new Error(`no session after ${this.#tries} tries`);
    if (this.#failure) return this.#end(this.#failure);
    // Frames that are on their way wait for the session to be resumed, as long as it can be.
    if (!this.#key || Date.now() - this.#lostAt >= (this.welcome.resume_grace_ms ?? 0)) this.#forget();
    this.#state("reconnecting");
    const pause = this.#retryAfter ?? this.#pause * (0.5 + Math.random());
    this.#retryAfter = null;
    this.#pause = Math.min(this.#options.longestPause, this.#pause * 2);
    this.#retryTimer = setTimeout(async () => {
      if (!wasOpen && this.#key) await this.#askForSession();
      if (this.#wanted && !this.#connecting) this.#connect();
    }, pause);
  }

  #forget() {
    this.#key = null;
    this.#lose(() => true);
  }

  // After a resume that came to nothing: is the session still there?
  async #askForSession() {
    const base = this.#url.replace(/^ws/, "http");
    const headers = this.#options.key === null ? {} : { Authorization: `Bearer ${this.#options.key}` };
    const ask = (path) => fetch(new URL(path, base), { headers }).then((reply) => reply.status, () => 0);
    const sessionId = this.#key.sessionId;
    // A server that is not ready refuses everybody for the moment.
    const status = (await ask("/health/ready")) === 200 ? await ask(`/stream/sessions/${sessionId}`) : 0;
    if (this.#key?.sessionId !== sessionId) return;
    if (status === 404 || (status === 200 && ++this.#refusals >= RESUMES_REFUSED_MOST)) this.#forget();
  }

  #end(failure) {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#failure = failure;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    const socket = this.#connecting;
    this.#connecting = this.#socket = null;
    socket?.close?.(1000);
    this.#forget();
    this.#wake();
    this.#state("closed");
  }

  #state(word) {
    this.#options.onState?.(word);
  }
}
