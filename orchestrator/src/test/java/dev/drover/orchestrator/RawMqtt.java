package dev.drover.orchestrator;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client that sends the bytes that it is told to, in MQTT 3.1.1 or 5. */
final class RawMqtt implements AutoCloseable {
  static final int CONNACK = 0x20;
  static final int SUBACK = 0x90;
  static final int DISCONNECT = 0xE0;

  /** One packet of the broker. */
  record Packet(int type, byte[] body) {
    /** The byte at this place, without sign. */
    int at(int index) {
      return body[index] & 0xFF;
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final int version;

  RawMqtt(int port, int version) throws IOException {
    this.version = version;
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Logs in and gives the CONNACK. */
  Packet connect(String user, String password) throws IOException {
    send(connectPacket(user, password, new byte[0]));
    return read();
  }

  /** A CONNECT; with a will when there are will properties (MQTT 5). */
  byte[] connectPacket(String user, String password, byte[] willProperties) {
    boolean will = willProperties.length > 0;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, "MQTT");
    out.write(version);
    out.write(0xC2 | (will ? 0x04 : 0));
    out.write(0);
    out.write(60);
    if (version == 5) {
      out.write(0);
    }
    text(out, user);
    if (will) {
      length(out, willProperties.length);
      out.writeBytes(willProperties);
      text(out, "beacons/" + user + "/heartbeat");
      text(out, "gone");
    }
    text(out, user);
    text(out, password);
    return packet(0x10, out.toByteArray());
  }

  /** Subscribes and gives the granted QoS or the refusal of each filter. */
  List<Integer> subscribe(String... filters) throws IOException {
    send(subscribePacket(filters));
    Packet answer = read();
    if (answer.type() != SUBACK) {
      throw new IOException("no SUBACK but " + answer.type());
    }
    List<Integer> codes = new ArrayList<>();
    for (int i = version == 5 ? 3 : 2; i < answer.body().length; i++) {
      codes.add(answer.at(i));
    }
    return codes;
  }

  /** A SUBSCRIBE with QoS 1. */
  byte[] subscribePacket(String... filters) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    out.write(7);
    if (version == 5) {
      out.write(0);
    }
    for (String filter : filters) {
      text(out, filter);
      out.write(1);
    }
    return packet(0x82, out.toByteArray());
  }

  /** A PUBLISH with QoS 1. */
  byte[] publishPacket(String topic, byte[] payload) {
    return publishPacket(topic, payload, false);
  }

  /** A PUBLISH with QoS 1, retained or not. */
  byte[] publishPacket(String topic, byte[] payload, boolean retain) {
    return publishPacket(topic.getBytes(StandardCharsets.UTF_8), payload, retain);
  }

  /** The same with a topic that may be no text. */
  byte[] publishPacket(byte[] topic, byte[] payload, boolean retain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, topic);
    out.write(0);
    out.write(9);
    if (version == 5) {
      out.write(0);
    }
    out.writeBytes(payload);
    return packet(retain ? 0x33 : 0x32, out.toByteArray());
  }

  static byte[] packet(int first, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    length(out, body.length);
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static void length(ByteArrayOutputStream out, int length) {
    int left = length;
    do {
      out.write((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
      left >>= 7;
    } while (left > 0);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    text(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void text(ByteArrayOutputStream out, byte[] bytes) {
    out.writeBytes(ByteBuffer.allocate(2).putShort((short) bytes.length).array());
    out.writeBytes(bytes);
  }

  /** Sends bytes; that the broker closes meanwhile is no error. */
  void send(byte... bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // what it answered is read
    }
  }

  /** The next packet. */
  Packet read() throws IOException {
    int type = in.readUnsignedByte();
    int length = 0;
    int shift = 0;
    int next;
    do {
      next = in.readUnsignedByte();
      length |= (next & 0x7F) << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    byte[] body = new byte[length];
    in.readFully(body);
    return new Packet(type, body);
  }

  /** Whether the broker has closed or closes the connection; what it still says is left. */
  boolean closed() {
    try {
      while (in.read() >= 0) {
        // the rest
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (EOFException | java.net.SocketException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
