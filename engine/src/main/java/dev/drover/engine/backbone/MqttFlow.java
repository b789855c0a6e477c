package dev.drover.engine.backbone;

import dev.drover.engine.limit.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what a client sends faster than the broker writes it out of memory: a connection is not
 * read while too much of it waits, and what waits of all is part of the process's budget. It also
 * tells clients of MQTT 5 what the broker takes, and refuses shared subscriptions.
 */
final class MqttFlow extends ChannelDuplexHandler {
  private static final String SHARED = "$share/";
  private static final int SHARED_NOT_SUPPORTED = 0x9E;
  private static final int REFUSED_3 = 0x80;

  /** What a message takes beside its payload. */
  private static final int OVERHEAD = 512;

  /** As much as may wait of one connection before it is read again. */
  private static final long WINDOW = 128 << 10;

  private static final long TRUSTED_WINDOW = 4 << 20;

  /** What a subscription counts for, which has no payload. */
  private static final long ASKING = 16 << 10;

  private final MqttPeer peer;
  private final MqttGate gate;
  private final ChannelHandlerContext gateContext;
  private final ByteBudget.Part memory;
  private final AtomicLong waiting = new AtomicLong();
  private ChannelHandlerContext own;
  private volatile boolean paused;

  MqttFlow(MqttPeer peer, MqttGate gate, ChannelHandlerContext gateContext, ByteBudget budget) {
    this.peer = peer;
    this.gate = gate;
    this.gateContext = gateContext;
    this.memory = budget.part();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    own = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof MqttConnectMessage connect && connect.decoderResult().isSuccess()) {
      takes(connect);
    }
    if (msg instanceof MqttPublishMessage publish && publish.decoderResult().isSuccess()) {
      publish(ctx, publish);
    } else if (msg instanceof MqttSubscribeMessage subscribe
        && subscribe.decoderResult().isSuccess()
        && shared(subscribe)) {
      refuse(ctx, subscribe);
    } else {
      if (msg instanceof MqttSubscribeMessage || msg instanceof MqttUnsubscribeMessage) {
        begun(ASKING);
      }
      ctx.fireChannelRead(msg);
    }
  }

  private void takes(MqttConnectMessage connect) {
    MqttProperties.MqttProperty<?> size =
        connect
            .variableHeader()
            .properties()
            .getProperty(MqttPropertyType.MAXIMUM_PACKET_SIZE.value());
    if (size != null && size.value() instanceof Integer bytes) {
      peer.takes(Integer.toUnsignedLong(bytes));
    }
  }

  private void publish(ChannelHandlerContext ctx, MqttPublishMessage publish) {
    long size = publish.payload().readableBytes() + OVERHEAD;
    if (!peer.trusted() && !memory.tryTake(size)) {
      publish.release();
      gate.refuse(gateContext, MqttGate.QUOTA_EXCEEDED, "a message: no memory");
      return;
    }
    MqttPublishMessage counted;
    try {
      counted =
          new MqttPublishMessage(
              publish.fixedHeader(),
              peer.trusted() ? publish.variableHeader() : stamped(publish.variableHeader()),
              new Counted(publish.payload(), size));
    } finally {
      publish.release();
    }
    begun(size);
    ctx.fireChannelRead(counted);
  }

  /** With the time of receipt; what the client says of that is left out. */
  private static MqttPublishVariableHeader stamped(MqttPublishVariableHeader header) {
    MqttProperties properties = new MqttProperties();
    for (MqttProperties.MqttProperty<?> property : header.properties().listAll()) {
      if (property instanceof MqttProperties.UserProperties pairs) {
        pairs.value().stream()
            .filter(pair -> !pair.key.equals(EmbeddedArtemis.RECEIVED_AT))
            .forEach(pair -> properties.add(new MqttProperties.UserProperty(pair.key, pair.value)));
      } else {
        properties.add(property);
      }
    }
    String now = Instant.now().toString();
    properties.add(new MqttProperties.UserProperty(EmbeddedArtemis.RECEIVED_AT, now));
    return new MqttPublishVariableHeader(header.topicName(), header.packetId(), properties);
  }

  /** A copy that is counted until Artemis has done with it; the original holds a whole read. */
  private final class Counted extends UnpooledHeapByteBuf {
    private final long size;

    Counted(ByteBuf payload, long size) {
      super(
          UnpooledByteBufAllocator.DEFAULT,
          payload.readableBytes(),
          Math.max(1, payload.readableBytes()));
      this.size = size;
      writeBytes(payload, payload.readerIndex(), payload.readableBytes());
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      memory.give(peer.trusted() ? 0 : size);
      done(size);
    }
  }

  private static boolean shared(MqttSubscribeMessage subscribe) {
    return subscribe.payload().topicSubscriptions().stream()
        .anyMatch(one -> one.topicFilter().startsWith(SHARED));
  }

  /** Answers for Artemis, which would grant a queue that several clients read. */
  private void refuse(ChannelHandlerContext ctx, MqttSubscribeMessage subscribe) {
    int code = peer.version() == MqttPeer.MQTT_5 ? SHARED_NOT_SUPPORTED : REFUSED_3;
    int filters = subscribe.payload().topicSubscriptions().size();
    ctx.writeAndFlush(
        new MqttSubAckMessage(
            new MqttFixedHeader(MqttMessageType.SUBACK, false, MqttQoS.AT_MOST_ONCE, false, 0),
            new MqttMessageIdAndPropertiesVariableHeader(
                subscribe.variableHeader().messageId(), MqttProperties.NO_PROPERTIES),
            new MqttSubAckPayload(Collections.nCopies(filters, code))));
  }

  private void begun(long size) {
    if (waiting.addAndGet(size) > window()) {
      paused = true;
      own.channel().config().setAutoRead(false);
      if (waiting.get() <= window()) {
        resume();
      }
    }
  }

  private void done(long size) {
    if (waiting.addAndGet(-size) <= window() && paused) {
      own.executor().execute(this::resume);
    }
  }

  private void resume() {
    if (paused && waiting.get() <= window()) {
      paused = false;
      own.channel().config().setAutoRead(true);
    }
  }

  private long window() {
    return peer.trusted() ? TRUSTED_WINDOW : WINDOW;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof MqttSubAckMessage || msg instanceof MqttUnsubAckMessage) {
      done(ASKING);
    }
    boolean granted =
        msg instanceof MqttConnAckMessage answer
            && answer.variableHeader().connectReturnCode()
                == MqttConnectReturnCode.CONNECTION_ACCEPTED;
    if (granted && peer.version() == MqttPeer.MQTT_5) {
      MqttProperties told = ((MqttConnAckMessage) msg).variableHeader().properties();
      told.add(new IntegerProperty(MqttPropertyType.MAXIMUM_PACKET_SIZE.value(), peer.maxBytes()));
      told.add(new IntegerProperty(MqttPropertyType.SHARED_SUBSCRIPTION_AVAILABLE.value(), 0));
    }
    ctx.write(msg, promise);
    if (granted) {
      gate.admit(gateContext);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    memory.close();
    ctx.fireChannelInactive();
  }
}
