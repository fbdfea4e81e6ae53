// A WebSocket to /stream/detection that stays: it reconnects with growing, jittered pauses, notices a half-open connection by the
// server's heartbeat, and tells its listener of every state and message. One frame waits at the server at most.
import { ClockOffset, epochSeconds } from "./clock.js";
import { makeEnvelope } from "./envelope.js";

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8000;
const PING_EVERY_MS = 5000;
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

  #connect() {
    const url = new URL("/stream/detection", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    for (const [name, value] of Object.entries(this.config)) url.searchParams.set(name, value);
    this.listener.state("connecting");
    this.welcomed = false;
    const socket = new WebSocket(url);
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
      this.pause = FIRST_PAUSE_MS;
      this.heartbeat = message.heartbeat_ms || 15000;
      this.#ping(socket);
      this.pings = setInterval(() => this.#ping(socket), PING_EVERY_MS);
      this.listener.welcome(message);
      this.listener.state("open");
    }
    if (message.type === "pong") this.clock.add(message, epochSeconds());
    this.#expectSomething(socket);
    this.listener.message(message, receivedAt);
  }

  // For the clocks: the answer says when it came there and when it left.
  #ping(socket) {
    if (socket === this.socket && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: "ping", sent: epochSeconds() }));
    }
  }

  // The server speaks at least once in heartbeat_ms; two of them in silence mean that nobody is there any more.
  #expectSomething(socket) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      if (socket !== this.socket) return;
      socket.close();
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
    this.retry = setTimeout(() => this.#connect(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(LONGEST_PAUSE_MS, this.pause * 2);
  }
}
