import { WebSocket as RealSocket } from "ws";

/**
 * jsdom's own WebSocket cannot run beside Node's event classes, so tests use the one of `ws`: still a real client on a
 * real connection, with the browser's interface.
 */
class TestSocket extends RealSocket {
  constructor(url: string, protocols: string[] = []) {
    super(url, protocols);
    // A browser tells of a failed connection by `close` alone; here an unheard `error` would end the process.
    this.on("error", () => undefined);
  }
}

globalThis.WebSocket = TestSocket as unknown as typeof WebSocket;
