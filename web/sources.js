// Where frames come from. A source gives { picture: Uint8Array (JPEG), bitmap: ImageBitmap, capturedAt: epoch ms } on
// grab({ width, quality }): at most so wide, with such a JPEG quality (1..100).

// The simulated drive, rendered by the server frame by frame: any client sees the same road.
export class DriveSource {
  constructor({ seed = 1, width = 960, height = 540, framesPerSecond = 10 } = {}) {
    this.seed = seed;
    this.size = { width, height };
    this.width = width;
    this.framesPerSecond = framesPerSecond;
    this.frame = 0;
  }

  async start() { this.startedAt = performance.now() - this.frame * 1000 / this.framesPerSecond; }
  stop() {}

  async grab({ width: widest = this.size.width } = {}) {
    // By the clock, so that a slow server skips frames of the drive instead of slowing the car down.
    const now = Math.floor((performance.now() - this.startedAt) * this.framesPerSecond / 1000);
    this.frame = Math.max(this.frame + 1, now);
    const width = Math.min(this.size.width, widest);
    const height = Math.round(this.size.height * width / this.size.width);
    const capturedAt = Date.now();
    const reply = await fetch(`/demo/drive.jpg?frame=${this.frame}&width=${width}&height=${height}&seed=${this.seed}`);
    if (!reply.ok) throw new Error(`the server could not draw the drive (${reply.status})`);
    const picture = new Uint8Array(await reply.arrayBuffer());
    const bitmap = await createImageBitmap(new Blob([picture], { type: "image/jpeg" }));
    return { picture, bitmap, capturedAt };
  }
}

export class CameraSource {
  constructor({ width = 960 } = {}) { this.width = width; }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new Error("This browser gives no camera to this page. Open it as http://localhost or over HTTPS.");
    }
    this.media = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false,
    });
    this.video = document.createElement("video");
    this.video.playsInline = true;
    this.video.muted = true;
    this.video.srcObject = this.media;
    await this.video.play();
  }

  stop() {
    this.media?.getTracks().forEach((track) => track.stop());
    this.media = null;
  }

  get alive() { return this.media?.getVideoTracks().some((track) => track.readyState === "live"); }

  async grab({ width: widest = this.width, quality = 80 } = {}) {
    if (!this.alive) await this.start(); // a phone takes the camera away while the page is in the background
    const capturedAt = Date.now();
    const scale = Math.min(1, Math.min(this.width, widest) / this.video.videoWidth);
    const canvas = new OffscreenCanvas(Math.round(this.video.videoWidth * scale), Math.round(this.video.videoHeight * scale));
    canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: quality / 100 });
    const picture = new Uint8Array(await blob.arrayBuffer());
    return { picture, bitmap: canvas.transferToImageBitmap(), capturedAt };
  }
}
