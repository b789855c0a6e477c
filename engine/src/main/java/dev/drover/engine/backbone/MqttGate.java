package dev.drover.engine.backbone;

import dev.drover.engine.limit.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Stands before Artemis on each connection: Artemis sees a client's CONNECT when it is complete and
 * small, and each later packet only as long as it may be. What is too much is refused from its
 * first bytes, with a reason for clients of MQTT 5, and is never kept.
 */
final class MqttGate extends ChannelInboundHandlerAdapter {
  static final int TOO_LARGE = 0x95;
  static final int QUOTA_EXCEEDED = 0x97;

  private static final int MALFORMED = 0x81;
  private static final int CONNACK = 0x20;
  private static final int DISCONNECT = 0xE0;

  /** As much as Artemis needs to see that this is MQTT. */
  private static final int FIRST = 8;

  /** How long a refused client may go on sending before it is cut, so that it reads why. */
  private static final int LINGER_SECONDS = 2;

  /** The length of the protocol's name and the name. */
  private static final byte[] MQTT = {0, 4, 'M', 'Q', 'T', 'T'};

  private static final byte[] MQISDP = {0, 6, 'M', 'Q', 'I', 's', 'd', 'p'};

  /** What the gate belongs to. */
  interface Door {
    /** Hands a connection with a complete CONNECT to the broker; its first bytes come next. */
    void open(ChannelHandlerContext gate);

    /** The handler of decoded packets, once the broker has put its own in. */
    void guard(ChannelHandlerContext gate);

    /** Counts and tells a refusal. */
    void refused(String what);

    /** The connection is let in, or over before it was. */
    void settled();
  }

  private final MqttPeer peer;
  private final MqttLimits limits;
  private final ByteBudget.Part memory;
  private final Door door;
  private final MqttFrames frames;
  private ByteBuf opening = Unpooled.EMPTY_BUFFER;
  private boolean opened;
  private boolean admitted;
  private boolean refused;
  private boolean settled;
  private boolean timed;

  MqttGate(MqttPeer peer, MqttLimits limits, ByteBudget budget, Door door) {
    this.peer = peer;
    this.limits = limits;
    this.memory = budget.part();
    this.door = door;
    this.frames =
        new MqttFrames(type -> type == MqttFrames.PUBLISH ? peer.maxBytes() : limits.otherBytes());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    later(
        ctx, limits.connectTimeout().toMillis(), c -> !admitted, "a client that has not logged in");
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ByteBuf bytes = (ByteBuf) msg;
    if (refused) {
      bytes.release();
    } else if (opened && admitted) {
      pass(ctx, bytes);
    } else {
      gather(ctx, bytes);
    }
  }

  /** Keeps what comes before the client is let in: its CONNECT, and what one read brought more. */
  private void gather(ChannelHandlerContext ctx, ByteBuf bytes) {
    if (!memory.tryTake(bytes.readableBytes())) {
      bytes.release();
      refuse(ctx, QUOTA_EXCEEDED, "a CONNECT: no memory");
      return;
    }
    if (opening == Unpooled.EMPTY_BUFFER) {
      opening = Unpooled.buffer(bytes.readableBytes());
    }
    opening.writeBytes(bytes);
    bytes.release();
    if (opened) {
      return;
    }
    if (!connect(opening)) {
      refuse(ctx, MALFORMED, "a connection that does not begin with a CONNECT of MQTT");
      return;
    }
    int size = MqttFrames.size(opening);
    if (size > limits.otherBytes()) {
      peer.version(version(opening));
      refuse(ctx, TOO_LARGE, "a CONNECT of " + size + " bytes");
    } else if (size > FIRST && opening.readableBytes() >= size) {
      hand(ctx, size);
    } else if (size >= 0 && size <= FIRST || opening.readableBytes() > limits.otherBytes()) {
      refuse(ctx, MALFORMED, "a CONNECT that is none");
    }
  }

  /** Whether this can become a CONNECT: the type, and the protocol's name as far as it is there. */
  private static boolean connect(ByteBuf bytes) {
    if (bytes.isReadable() && bytes.getByte(0) != MqttFrames.CONNECT << 4) {
      return false;
    }
    int head = head(bytes);
    return head < 0 || begins(bytes, head, MQTT) || begins(bytes, head, MQISDP);
  }

  private static int head(ByteBuf bytes) {
    for (int i = 1; i < bytes.readableBytes() && i <= 4; i++) {
      if ((bytes.getByte(i) & 0x80) == 0) {
        return i + 1;
      }
    }
    return -1;
  }

  private static boolean begins(ByteBuf bytes, int at, byte[] name) {
    for (int i = 0; i < name.length && at + i < bytes.readableBytes(); i++) {
      if (bytes.getByte(at + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private static int version(ByteBuf bytes) {
    int at = head(bytes) + MQTT.length;
    return at < bytes.readableBytes() ? bytes.getByte(at) : 0;
  }

  /** Gives Artemis the CONNECT; nothing more is read until it is answered. */
  private void hand(ChannelHandlerContext ctx, int size) {
    opened = true;
    peer.version(version(opening));
    ctx.channel().config().setAutoRead(false);
    ByteBuf connect = Unpooled.copiedBuffer(opening.readSlice(size));
    door.open(ctx);
    // the first bytes make Artemis put its handlers in, and the guard must be there before a packet
    ctx.fireChannelRead(connect.readRetainedSlice(FIRST));
    door.guard(ctx);
    ctx.fireChannelRead(connect);
  }

  /** Lets the client in: its CONNECT was granted. */
  void admit(ChannelHandlerContext ctx) {
    if (admitted) {
      return;
    }
    admitted = true;
    settle();
    ByteBuf rest = opening.readableBytes() == 0 ? null : Unpooled.copiedBuffer(opening);
    forget();
    ctx.channel().config().setAutoRead(true);
    if (rest != null) {
      pass(ctx, rest);
    }
  }

  private void pass(ChannelHandlerContext ctx, ByteBuf bytes) {
    MqttFrames.Fault fault = frames.read(bytes);
    if (fault != null) {
      bytes.release();
      boolean large = fault == MqttFrames.Fault.TOO_LARGE;
      refuse(
          ctx,
          large ? TOO_LARGE : MALFORMED,
          large ? "a packet of more than " + peer.maxBytes() + " bytes" : "a malformed packet");
      return;
    }
    int held = peer.trusted() ? 0 : frames.unfinished();
    memory.give(Math.max(0, memory.held() - held));
    if (held > memory.held() && !memory.tryTake(held - memory.held())) {
      bytes.release();
      refuse(ctx, QUOTA_EXCEEDED, "a packet: no memory");
      return;
    }
    if (frames.unfinished() > 0 && !timed) {
      timed = true;
      long packet = frames.packets();
      later(
          ctx,
          limits.packetTimeout().toMillis(),
          c -> unfinished(packet),
          "a packet without its end");
    }
    ctx.fireChannelRead(bytes);
  }

  private boolean unfinished(long packet) {
    timed = false;
    return frames.packets() == packet && frames.unfinished() > 0;
  }

  private void later(
      ChannelHandlerContext ctx, long millis, Predicate<ChannelHandlerContext> still, String what) {
    ctx.executor()
        .schedule(
            () -> {
              if (ctx.channel().isOpen() && !refused && still.test(ctx)) {
                door.refused(
                    what + " after " + millis + " ms, from " + ctx.channel().remoteAddress());
                ctx.close();
              }
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  /** Ends the connection, with a reason when the client can read one. */
  void refuse(ChannelHandlerContext ctx, int reason, String what) {
    if (refused) {
      return;
    }
    refused = true;
    door.refused(what + " from " + ctx.channel().remoteAddress());
    settle();
    forget();
    if (peer.version() != MqttPeer.MQTT_5) {
      ctx.close();
      return;
    }
    byte[] why =
        opened
            ? new byte[] {(byte) DISCONNECT, 2, (byte) reason, 0}
            : new byte[] {CONNACK, 3, 0, (byte) reason, 0};
    ctx.channel().config().setAutoRead(true);
    ctx.writeAndFlush(Unpooled.wrappedBuffer(why))
        .addListener((ChannelFutureListener) sent -> linger(ctx));
  }

  /** A connection that is closed with unread bytes is reset, and the reason with it. */
  private static void linger(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof DuplexChannel channel && ctx.pipeline().get("ssl") == null) {
      channel.shutdownOutput();
    }
    ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  private void forget() {
    opening = Unpooled.EMPTY_BUFFER;
    memory.give(memory.held());
  }

  private void settle() {
    if (!settled) {
      settled = true;
      door.settled();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    settle();
    forget();
    memory.close();
    ctx.fireChannelInactive();
  }
}
