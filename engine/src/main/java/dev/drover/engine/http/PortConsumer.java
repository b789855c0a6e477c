package dev.drover.engine.http;

import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import dev.drover.proto.ProtocolException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;

/**
 * Runs each request as an exchange, less the headers that carry the caller's raw URI and query (an
 * HTTP producer further down a route would obey them). The body is the array that was read, and its
 * part of the budget is held until the exchange is done, also when its caller is gone before.
 */
final class PortConsumer extends VertxPlatformHttpConsumer {
  private static final List<String> RAW =
      List.of(Exchange.HTTP_URI, Exchange.HTTP_URL, Exchange.HTTP_QUERY, Exchange.HTTP_RAW_QUERY);

  private final Answers answers;
  private final WorkerExecutor reserve;
  private final ContractNet net;

  PortConsumer(
      PlatformHttpEndpoint endpoint,
      Processor processor,
      List<Handler<RoutingContext>> handlers,
      String routerName,
      Answers answers,
      WorkerExecutor reserve) {
    super(endpoint, processor, handlers, routerName);
    this.reserve = reserve;
    this.answers = answers;
    this.net = ContractNet.of(endpoint.getCamelContext());
  }

  @Override
  protected Future<Void> populateCamelMessage(
      RoutingContext ctx, Exchange exchange, Message message) {
    return super.populateCamelMessage(ctx, exchange, message)
        .onSuccess(
            done -> {
              RAW.forEach(message::removeHeader);
              message.setBody(Bodies.of(ctx));
            });
  }

  @Override
  protected void handleRequest(RoutingContext ctx) {
    if (isSuspended()) {
      ctx.fail(503);
      return;
    }
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    Promises promises = begin(ctx, exchange);
    Bodies.Hold hold = Bodies.hold(ctx);
    if (hold != null) {
      hold.keep();
    }
    processHttpRequest(exchange, ctx)
        .compose(read -> work(ctx, exchange))
        .compose(ran -> answer(ctx, exchange, promises))
        .onComplete(
            sent -> {
              if (sent.failed()) {
                getExceptionHandler().handleException("a request failed", exchange, sent.cause());
                ctx.fail(sent.cause());
              }
              doneUoW(exchange);
              releaseExchange(exchange, false);
              if (hold != null) {
                hold.release();
              }
            });
  }

  private Promises begin(RoutingContext ctx, Exchange exchange) {
    Contract.Operation operation = ctx.get(IngressFilter.OPERATION);
    if (operation == null) {
      return net.begin(exchange, Demands.unnamed(ctx.normalizedPath()), null);
    }
    String named = operation.entity(ctx.normalizedPath()).orElse(null);
    return net.begin(
        exchange, operation.demands(), named == null ? ctx.queryParams().get("entity_id") : named);
  }

  private Future<Void> answer(RoutingContext ctx, Exchange exchange, Promises promises) {
    boolean error = exchange.getException() != null || Answers.status(exchange) >= 400;
    Optional<ProtocolException> heldBack = net.verdict(exchange, promises, error);
    return heldBack.isPresent()
        ? answers.sendInstead(ctx, exchange, heldBack.get())
        : answers.send(ctx, exchange, getEndpoint().getHeaderFilterStrategy());
  }

  private Future<Void> work(RoutingContext ctx, Exchange exchange) {
    Contract.Operation operation = ctx.get(IngressFilter.OPERATION);
    return operation != null && operation.reserved()
        ? reserve.executeBlocking(() -> run(exchange), false)
        : ctx.vertx().executeBlocking(() -> run(exchange), false);
  }

  private Void run(Exchange exchange) throws Exception {
    createUoW(exchange);
    getProcessor().process(exchange);
    return null;
  }
}
