"""The model's side of the peer: one lane per worker thread, each with its own request, input tensor and JPEG decoder.

Decoding and inference release Python's global lock, so lanes really run side by side. A JPEG is decoded at the largest scale of 1/2, 1/4,
1/8 that still covers the letterbox; colours, layout and scaling to 0..1 are part of the compiled graph; NMS runs on the few boxes above
the threshold.
"""
import pathlib

import cv2
import numpy as np
import openvino as ov
from openvino import Layout, Type
from openvino.preprocess import ColorFormat, PrePostProcessor
from turbojpeg import TJPF_BGR, TurboJPEG

GREY = 114
SCALES = ((1, 8), (1, 4), (1, 2))  # smallest first


class BadPicture(ValueError):
    pass


class Detector:
    """The compiled graph. hint: latency or throughput."""

    def __init__(self, model, hint, classes):
        xml = model if model.suffix == ".xml" else next(pathlib.Path(model).glob("*.xml"))
        core = ov.Core()
        graph = core.read_model(xml)
        steps = PrePostProcessor(graph)
        steps.input().tensor().set_element_type(Type.u8).set_layout(Layout("NHWC")).set_color_format(ColorFormat.BGR)
        steps.input().model().set_layout(Layout("NCHW"))
        steps.input().preprocess().convert_color(ColorFormat.RGB).convert_element_type(Type.f32).scale(255.0)
        settings = {"PERFORMANCE_HINT": hint.upper()}
        if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            settings["INFERENCE_PRECISION_HINT"] = "bf16"
        self.compiled = core.compile_model(steps.build(), "CPU", settings)
        _, self.height, self.width, _ = self.compiled.input(0).shape
        self.lanes = self.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        self.classes = classes

    def lane(self):
        return Lane(self)


class Lane:
    """Used by one thread at a time."""

    def __init__(self, detector):
        self.detector = detector
        self.canvas = np.full((1, detector.height, detector.width, 3), GREY, np.uint8)
        self.filled = None
        self.request = detector.compiled.create_infer_request()
        self.request.set_input_tensor(ov.Tensor(self.canvas, shared_memory=True))
        self.jpeg = TurboJPEG()

    def detect(self, picture, threshold, iou, most):
        """Boxes in pixels of the picture, best first; its width and height."""
        width, height, scale, left, top = self.place(picture)
        self.request.infer()
        raw = self.request.get_output_tensor(0).data[0]
        scores = raw[4:]
        best = scores.max(axis=0)
        keep = np.flatnonzero(best > threshold)
        if keep.size == 0:
            return [], (width, height)
        kinds = scores[:, keep].argmax(axis=0)
        confidences = best[keep]
        centre_x, centre_y, w, h = raw[:4, keep]
        corners = np.stack((centre_x - w / 2, centre_y - h / 2, w, h), axis=1)
        chosen = cv2.dnn.NMSBoxesBatched(corners, confidences, kinds, threshold, iou)
        found = []
        for i in np.asarray(chosen).flatten()[:most]:
            x, y, w, h = corners[i]
            box = np.array(((x - left) / scale, (y - top) / scale, (x + w - left) / scale, (y + h - top) / scale))
            box = box.clip(0, (width, height, width, height)).round(2)
            kind = int(kinds[i])
            found.append({"bbox": box.tolist(), "confidence": round(float(confidences[i]), 4), "class_id": kind,
                          "class_name": self.detector.classes[kind]})
        return found, (width, height)

    def place(self, picture):
        """Decodes into the letterbox. Width, height, scale, left, top."""
        room_w, room_h = self.detector.width, self.detector.height
        small, (width, height) = self.decode(picture)
        scale = min(room_w / width, room_h / height)
        w, h = round(width * scale), round(height * scale)
        left, top = (room_w - w) // 2, (room_h - h) // 2
        if self.filled != (left, top, w, h):
            self.canvas[...] = GREY
            self.filled = (left, top, w, h)
        inside = self.canvas[0, top:top + h, left:left + w]
        if small.shape[:2] == (h, w):
            inside[...] = small
        else:
            inside[...] = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
        return width, height, scale, left, top

    def decode(self, picture):
        if picture[:2] != b"\xff\xd8":
            pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
            if pixels is None:
                raise BadPicture("the bytes hold no picture that can be decoded")
            return pixels, (pixels.shape[1], pixels.shape[0])
        try:
            width, height, _, _ = self.jpeg.decode_header(picture)
            if width <= 0 or height <= 0:
                raise BadPicture("the JPEG names no size")
            scale = min(self.detector.width / width, self.detector.height / height)
            factor = next((f for f in SCALES if f[0] / f[1] >= scale), None)
            return self.jpeg.decode(picture, pixel_format=TJPF_BGR, scaling_factor=factor), (width, height)
        except OSError as problem:
            raise BadPicture(f"the JPEG cannot be decoded: {problem}") from problem
