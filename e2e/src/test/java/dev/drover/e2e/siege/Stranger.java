package dev.drover.e2e.siege;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A caller at a loopback address of its own, so that limits per address concern it alone. It sends
 * bytes as they are.
 *
 * @param address where it calls from
 * @param port the port of the server
 */
record Stranger(InetAddress address, int port) {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int ANSWER_MILLIS = 5_000;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

  /** The caller with this number, from 2. */
  static Stranger number(int number, int port) {
    try {
      byte[] address = {127, 0, (byte) (number >> 8), (byte) number};
      return new Stranger(InetAddress.getByAddress(address), port);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A connection that never blocks. */
  SocketChannel open(int receiveBuffer) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.bind(new InetSocketAddress(address, 0));
      if (receiveBuffer > 0) {
        channel.socket().setReceiveBufferSize(receiveBuffer);
      }
      channel.socket().connect(server(), CONNECT_MILLIS);
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** A connection for one conversation. */
  Socket talk() throws IOException {
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(server(), CONNECT_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private InetSocketAddress server() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** What a request is answered with: head and body; empty when nothing comes. */
  String ask(byte[] request) throws IOException {
    try (Socket socket = talk()) {
      socket.getOutputStream().write(request);
      socket.getOutputStream().flush();
      return answer(socket.getInputStream());
    }
  }

  /** Reads one answer; empty when the server closes, or says nothing in time. */
  static String answer(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        read.write(buffer, 0, n);
        if (complete(read.toString(StandardCharsets.ISO_8859_1))) {
          break;
        }
      }
    } catch (SocketTimeoutException e) {
      return read.size() == 0 ? "silence" : read.toString(StandardCharsets.ISO_8859_1);
    }
    return read.toString(StandardCharsets.UTF_8);
  }

  /** The status of an answer, or what came instead. */
  static String status(String answer) {
    Matcher status = STATUS.matcher(answer);
    return status.lookingAt() ? status.group(1) : answer.isEmpty() ? "closed" : "silence";
  }

  private static boolean complete(String answer) {
    int head = answer.indexOf("\r\n\r\n");
    Matcher length = LENGTH.matcher(answer);
    return head >= 0
        && (answer.startsWith("HTTP/1.1 101")
            || length.find() && answer.length() >= head + 4 + Integer.parseInt(length.group(1)));
  }
}
