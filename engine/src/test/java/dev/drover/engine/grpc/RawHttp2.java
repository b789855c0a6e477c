package dev.drover.engine.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of HTTP/2 that sends frames as it is told to and promises nothing to the server. */
final class RawHttp2 implements AutoCloseable {
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  private static final int WINDOW_UPDATE = 8;
  private static final int SETTINGS = 4;
  private static final int DATA = 0;
  private static final int END_HEADERS = 4;
  private static final int END_STREAM = 1;

  /** One frame of the server; of HEADERS, what they say. */
  record Frame(int type, int flags, int stream, byte[] payload, Http2Headers headers) {
    /** The gRPC status in it, or -1. */
    int status() {
      CharSequence status = headers == null ? null : headers.get("grpc-status");
      return status == null ? -1 : Integer.parseInt(status.toString());
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  RawHttp2(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
  }

  RawHttp2 preface() {
    send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    send(frame(SETTINGS, 0, 0, new byte[0]));
    return this;
  }

  /** Opens a call; more names and values become metadata. */
  void call(int stream, String method, String... metadata) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    field(block, ":method", "POST");
    field(block, ":scheme", "http");
    field(block, ":path", "/" + method);
    field(block, ":authority", "localhost");
    field(block, "content-type", "application/grpc");
    field(block, "te", "trailers");
    for (int i = 0; i < metadata.length; i += 2) {
      field(block, metadata[i], metadata[i + 1]);
    }
    send(frame(HEADERS, END_HEADERS, stream, block.toByteArray()));
  }

  /** A literal without indexing, RFC 7541, 6.2.2; lengths below 127. */
  private static void field(ByteArrayOutputStream out, String name, String value) {
    out.write(0);
    out.write(name.length());
    out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    out.write(value.length());
    out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** Says that a message of {@code announced} bytes comes and sends so many of it. */
  void message(int stream, int announced, int sent) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    out.write(announced >>> 24);
    out.write(announced >>> 16);
    out.write(announced >>> 8);
    out.write(announced);
    out.writeBytes(new byte[sent]);
    data(stream, out.toByteArray(), false);
  }

  void data(int stream, byte[] bytes, boolean end) {
    int most = 16_000;
    for (int at = 0; at < bytes.length; at += most) {
      int size = Math.min(most, bytes.length - at);
      byte[] part = java.util.Arrays.copyOfRange(bytes, at, at + size);
      boolean last = end && at + size == bytes.length;
      send(frame(DATA, last ? END_STREAM : 0, stream, part));
    }
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    ByteBuf out = Unpooled.buffer(9 + payload.length);
    out.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
    out.writeBytes(payload);
    return out.array();
  }

  private void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // what the server answered is read
    }
  }

  /** The next HEADERS or RST_STREAM of the server. */
  Frame read() throws IOException, Http2Exception {
    while (true) {
      Frame frame = next();
      if (frame.type() == HEADERS) {
        Http2Headers headers =
            decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        return new Frame(HEADERS, frame.flags(), frame.stream(), frame.payload(), headers);
      }
      if (frame.type() == RST_STREAM) {
        return frame;
      }
    }
  }

  private Frame next() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(type, flags, stream, payload, null);
  }

  /** Waits until the server takes more of this call: beyond its window it may cut the call. */
  void awaitWindow(int stream) throws IOException {
    Frame frame = next();
    while (frame.type() != WINDOW_UPDATE || frame.stream() != stream) {
      frame = next();
    }
  }

  /** The status that ends this call. */
  int status(int stream) throws IOException, Http2Exception {
    while (true) {
      Frame frame = read();
      if (frame.stream() == stream && frame.status() >= 0) {
        return frame.status();
      }
    }
  }

  /** Whether the server closes the connection; what it still says is left. */
  boolean closed() {
    try {
      while (in.read() >= 0) {
        // the rest
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
