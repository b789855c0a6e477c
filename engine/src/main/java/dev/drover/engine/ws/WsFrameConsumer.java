package dev.drover.engine.ws;

import dev.drover.engine.events.EventStream;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.stream.StreamHeaders;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/**
 * Hands what clients send to a route: the frame as JSON text, the stream's attributes as headers.
 */
public final class WsFrameConsumer extends DefaultConsumer {

  /** A consumer of the frames of all streams of its component. */
  public WsFrameConsumer(WsEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
  }

  @Override
  public WsEndpoint getEndpoint() {
    return (WsEndpoint) super.getEndpoint();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    getEndpoint().getComponent().frameConsumers().add(this);
  }

  @Override
  protected void doStop() throws Exception {
    getEndpoint().getComponent().frameConsumers().remove(this);
    super.doStop();
  }

  /** On a worker: runs the route; what comes back goes to the client. */
  Optional<String> process(EventStream stream, String type, String frame) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    Message message = exchange.getIn();
    stream.request().attributes().forEach(message::setHeader);
    message.setHeader(StreamHeaders.STREAM_ATTRIBUTES, stream.request().attributes());
    message.setHeader(StreamHeaders.STREAM_KEY, stream.request().key());
    message.setHeader(StreamHeaders.CONNECTION_ID, stream.connectionId());
    message.setHeader(WsConstants.FRAME_TYPE, type);
    message.setBody(frame);
    try {
      Optional<ContractNet> net = ContractNet.find(getEndpoint().getCamelContext());
      Demands demands =
          net.flatMap(all -> all.doors().frame(type))
              .orElseGet(() -> Demands.unnamed("frame " + type));
      Optional<Promises> promises = net.map(all -> all.begin(exchange, demands, null));
      createUoW(exchange);
      getProcessor().process(exchange);
      boolean error = isError(exchange);
      promises
          .filter(begun -> !error || net.get().doors().frame(type).isPresent())
          .flatMap(begun -> net.get().verdict(exchange, begun, error))
          .ifPresent(exchange::setException);
    } catch (Exception e) {
      exchange.setException(e);
    }
    try {
      return answer(exchange);
    } finally {
      doneUoW(exchange);
      releaseExchange(exchange, false);
    }
  }

  /**
   * Whether the route refuses the frame; one of a type that nobody knows is told so in its body.
   */
  private static boolean isError(Exchange exchange) {
    Message message = exchange.getMessage();
    return exchange.getException() != null
        || message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class) >= 300
        || (message.getBody() instanceof String text
            && WsServerConsumer.type(text).filter("error"::equals).isPresent());
  }

  private Optional<String> answer(Exchange exchange) {
    if (exchange.getException() instanceof ProtocolException told) {
      return Optional.of(error(told.code(), told.getMessage()));
    }
    if (exchange.getException() != null) {
      getExceptionHandler()
          .handleException("client frame was not handled", exchange, exchange.getException());
      return Optional.of(error(ErrorCode.INTERNAL_ERROR, "the frame could not be handled"));
    }
    Message message = exchange.getMessage();
    String body = message.getBody(String.class);
    if (message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class) >= 300) {
      return Optional.of(new JsonObject(body).put("type", "error").encode());
    }
    boolean reply = message.getHeader(WsConstants.FRAME_REPLY, false, Boolean.class);
    return reply ? Optional.ofNullable(body) : Optional.empty();
  }

  static String error(ErrorCode code, String message) {
    return new JsonObject()
        .put("type", "error")
        .put("error", new JsonObject().put("code", code.name()).put("message", message))
        .encode();
  }
}
