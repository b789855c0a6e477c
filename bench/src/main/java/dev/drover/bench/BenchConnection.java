package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection that is kept, with one request under way. It knows only what the mall answers: a
 * client of all of HTTP takes more processor time than the mall does.
 */
final class BenchConnection implements Closeable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  BenchConnection(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /**
   * Posts JSON.
   *
   * @param headers whole lines, each with its end
   * @throws IOException for any answer but 200
   */
  JsonNode post(String path, String json, String headers) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: mall\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n"
            + headers
            + "\r\n";
    byte[] first = head.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[first.length + body.length];
    System.arraycopy(first, 0, whole, 0, first.length);
    System.arraycopy(body, 0, whole, first.length, body.length);
    out.write(whole);
    String status = line();
    int length = -1;
    for (String line = line(); !line.isEmpty(); line = line()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    if (length < 0) {
      throw new IOException(path + ": an answer without a length: " + status);
    }
    byte[] answer = in.readNBytes(length);
    if (!status.startsWith("HTTP/1.1 200")) {
      String said = new String(answer, StandardCharsets.UTF_8);
      throw new IOException(
          path.substring(path.lastIndexOf('/') + 1) + ": " + status.split(" ")[1] + " " + said);
    }
    return Json.tree(answer);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the mall closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
