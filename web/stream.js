// A WebSocket to /stream/detection that stays: it reconnects with growing, jittered pauses, notices a half-open connection by the
// server's heartbeat, and tells its listener of every state and message. One frame waits at the server at most. A session that was
// lost is resumed where it was, with its track ids; one that the server no longer has is followed by a new one.
import { ClockOffset, epochSeconds } from "./clock.js";
import { makeEnvelope } from "./envelope.js";
import { authorization, heard, ticketed } from "./key.js";

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8000;
const PING_EVERY_MS = 5000;
const LOST_CODE = 4000; // our close code for a connection given up for dead: not a clean end, the session stays
const RESUMES_REFUSED_MOST = 3; // a handshake does not say why it failed: so often, while the session is there, is a refusal
const BUFFERED_BYTES_MAX = 512 * 1024; // more unsent bytes than this: the network is the bottleneck, sending only adds delay

export class DetectionStream {
  // listener: { state(word), welcome(message), message(message, receivedAt) }
  constructor(config, listener) {
    this.config = { ...config };
    this.listener = listener;
    this.pause = FIRST_PAUSE_MS;
    this.wanted = false;
    this.socket = null;
    this.clock = new ClockOffset();
  }

  open() {
    this.wanted = true;
    this.#connect();
  }

  close() {
    this.wanted = false;
    this.lost = null;
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    clearInterval(this.pings);
    this.socket?.close(1000);
    this.socket = null;
    this.listener.state("closed");
  }

  get ready() {
    return this.socket?.readyState === WebSocket.OPEN && this.welcomed && this.socket.bufferedAmount < BUFFERED_BYTES_MAX;
  }

  send(number, capturedAt, picture) {
    this.socket.send(makeEnvelope(number, capturedAt * 1000, null, picture));
  }

  update(config) {
    Object.assign(this.config, config);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: "config_update", config }));
  }

  async #connect() {
    const url = new URL("/stream/detection", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const { id, token, event } = this.lost ?? {};
    const query = this.lost ? { session_id: id, resume: token, last_event: event } : this.config;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    this.listener.state("connecting");
    this.welcomed = false;
    this.opening = true;
    const address = await ticketed(url.href.replace(/^ws/, "http"));
    this.opening = false;
    if (!this.wanted || this.socket) return;
    const socket = new WebSocket(address.replace(/^http/, "ws"));
    this.socket = socket;
    socket.onmessage = (event) => this.#hear(socket, event);
    socket.onclose = () => this.#lost(socket);
  }

  #hear(socket, event) {
    if (socket !== this.socket) return;
    const receivedAt = performance.now();
    const message = JSON.parse(event.data);
    if (message.type === "session_created" || message.type === "session_resumed") {
      this.welcomed = true;
      this.refusals = 0;
      this.lost = { id: message.session_id, token: message.resume_token, event: this.lost?.event ?? 0 };
      if (message.type === "session_created") this.lost.event = 0;
      else this.update(this.config); // what was changed meanwhile
      this.pause = FIRST_PAUSE_MS;
      this.heartbeat = message.heartbeat_ms || 15000;
      this.#ping(socket);
      this.pings = setInterval(() => this.#ping(socket), PING_EVERY_MS);
      this.listener.welcome(message);
      this.listener.state("open");
    }
    if (message.type === "pong") this.clock.add(message, epochSeconds());
    if (message.event && this.lost) this.lost.event = message.event;
    if (message.type === "gap" && this.lost) this.lost.event = message.to;
    this.#expectSomething(socket);
    this.listener.message(message, receivedAt);
  }

  // For the clocks: the answer says when it came there and when it left. And for what the session is promised by now.
  #ping(socket) {
    if (socket === this.socket && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: "ping", sent: epochSeconds() }));
      socket.send(JSON.stringify({ type: "stats" }));
    }
  }

  // The server speaks at least once in heartbeat_ms; two of them in silence mean that nobody is there any more.
  #expectSomething(socket) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      if (socket !== this.socket) return;
      socket.close(LOST_CODE);
      this.#lost(socket);
    }, 2 * (this.heartbeat || 15000) + 2000);
  }

  #lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.silence);
    clearInterval(this.pings);
    if (!this.wanted) return;
    this.listener.state("reconnecting");
    const refused = !this.welcomed && this.lost;
    const barred = !this.welcomed && !this.lost;
    this.retry = setTimeout(async () => {
      if (refused) await this.#askForSession();
      if (barred) heard(await this.#ask("/stream/sessions/none")); // a handshake does not say that a key is asked for
      if (this.wanted && !this.socket && !this.opening) this.#connect();
    }, this.pause * (0.5 + Math.random()));
    this.pause = Math.min(LONGEST_PAUSE_MS, this.pause * 2);
  }

  #ask(path) {
    return fetch(path, { headers: authorization() }).then((reply) => reply.status, () => 0);
  }

  // After a resume that came to nothing: is the session still there?
  async #askForSession() {
    const { id } = this.lost;
    // A server that is not ready refuses everybody for the moment.
    const status = (await this.#ask("/health/ready")) === 200 ? await this.#ask(`/stream/sessions/${id}`) : 0;
    if (this.lost?.id !== id) return;
    this.refusals += status === 200;
    if (status === 404 || this.refusals >= RESUMES_REFUSED_MOST) this.lost = null;
  }
}
