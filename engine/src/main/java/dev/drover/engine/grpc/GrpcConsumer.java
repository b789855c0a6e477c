package dev.drover.engine.grpc;

import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ProtocolException;
import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultConsumer;

/** Serves one method by a route: from the route's start to its stop, one exchange per call. */
abstract class GrpcConsumer extends DefaultConsumer implements GrpcServices.CallHandler {
  private final GrpcServices services;
  private final String method;
  private final GrpcRequestForm form;

  private final Optional<ContractNet> net;
  private final boolean anonymous;
  private final int maxRequestBytes;

  GrpcConsumer(
      Endpoint endpoint,
      Processor processor,
      String method,
      GrpcRequestForm form,
      boolean anonymous,
      int maxRequestBytes) {
    super(endpoint, processor);
    this.services =
        CamelContextHelper.mandatoryFindSingleByType(
            endpoint.getCamelContext(), GrpcServices.class);
    this.net = ContractNet.find(endpoint.getCamelContext());
    this.method = method;
    this.form = form;
    this.anonymous = anonymous;
    this.maxRequestBytes = maxRequestBytes;
  }

  @Override
  public final boolean anonymous() {
    return anonymous;
  }

  @Override
  public final int maxRequestBytes() {
    return maxRequestBytes;
  }

  /** The method that is served. */
  final MethodDescriptor method() {
    return services.method(method);
  }

  /** What answers are taken from. */
  final ByteBudget budget() {
    return services.budget();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    services.serve(method, this);
  }

  @Override
  protected void doStop() throws Exception {
    services.withdraw(method, this);
    super.doStop();
  }

  @Override
  public final void handle(GrpcCall call) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    try {
      if (!run(call, exchange)) {
        call.refuse(exchange);
      }
    } finally {
      doneUoW(exchange);
      releaseExchange(exchange, false);
    }
  }

  private boolean run(GrpcCall call, Exchange exchange) {
    try {
      call.fill(exchange, form);
      Promises promises = begin(exchange);
      createUoW(exchange);
      getProcessor().process(exchange);
      boolean refused = GrpcErrors.refused(exchange);
      if (promises != null) {
        Optional<ProtocolException> heldBack = net.get().verdict(exchange, promises, refused);
        if (heldBack.isPresent()) {
          throw heldBack.get();
        }
      }
      if (!refused) {
        answer(call, exchange);
        return true;
      }
    } catch (Exception e) {
      exchange.setException(e);
    }
    Exception unhandled = exchange.getException();
    if (unhandled != null && !(unhandled instanceof ProtocolException)) {
      getExceptionHandler().handleException(method + " failed", exchange, unhandled);
    }
    return false;
  }

  /** Null in a context without a contract. */
  private Promises begin(Exchange exchange) {
    Object named = exchange.getMessage().getHeader("entity_id");
    return net.map(all -> all.begin(exchange, all.doors().method(method), named)).orElse(null);
  }

  /**
   * Answers a call whose route has ended well.
   *
   * @throws Exception when there is no answer in what the route left; nothing was sent then
   */
  abstract void answer(GrpcCall call, Exchange exchange) throws Exception;
}
