package dev.drover.engine.sse;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that reads an event stream byte by byte from a plain socket, chunks included. */
public final class RawSse implements AutoCloseable {
  /** One event as it was read. */
  public record Frame(String type, String id, String data) {
    public long position() {
      return Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
    }
  }

  private final Socket socket;
  private final InputStream in;
  private String head;

  public RawSse(int port, String path, String... headers) throws IOException {
    this(port, 0, path, headers);
  }

  public RawSse(int port, int receiveBuffer, String path, String... headers) throws IOException {
    socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.UTF_8));
    in = new BufferedInputStream(socket.getInputStream());
  }

  public String head() throws IOException {
    if (head == null) {
      StringBuilder text = new StringBuilder();
      for (String line = line(); !line.isEmpty(); line = line()) {
        text.append(line).append('\n');
      }
      head = text.toString();
    }
    return head;
  }

  /** The bytes of the next chunk. */
  public String chunk() throws IOException {
    head();
    int length = Integer.parseInt(line(), 16);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    line();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  public Frame next() throws IOException {
    String type = null;
    String id = null;
    String data = null;
    for (String line : chunk().split("\n")) {
      if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      }
    }
    return new Frame(type, id, data);
  }

  /** The next event that is no control frame. */
  public Frame nextEvent() throws IOException {
    Frame frame = next();
    while (frame.type().equals("connected") || frame.type().equals("ping")) {
      frame = next();
    }
    return frame;
  }

  /** The body of an answer with a content length. */
  public String body() throws IOException {
    int at = head().toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
    int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\n', at)).trim());
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  public InputStream raw() {
    return in;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
