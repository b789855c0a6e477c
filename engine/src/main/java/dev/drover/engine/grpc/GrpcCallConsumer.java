package dev.drover.engine.grpc;

import com.google.protobuf.DynamicMessage;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Answers each call with what its route answers. */
final class GrpcCallConsumer extends GrpcConsumer {
  private static final int WORTH_COMPRESSING = 1024;

  private final int maxAnswerBytes;

  GrpcCallConsumer(GrpcCallEndpoint endpoint, Processor processor) {
    super(
        endpoint,
        processor,
        endpoint.getMethod(),
        endpoint.getRequest(),
        endpoint.isAnonymous(),
        endpoint.getMaxRequestBytes());
    this.maxAnswerBytes = endpoint.getMaxAnswerBytes();
  }

  @Override
  void answer(GrpcCall call, Exchange exchange) throws IOException {
    if (exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class) == 202) {
      // No message says "not yet": the status does, and clients ask again after it.
      call.wire()
          .close(
              Status.UNAVAILABLE.withDescription("accepted; not decided yet, ask again later"),
              MetadataPolicy.outbound(exchange.getMessage()));
      return;
    }
    InputStream json = exchange.getMessage().getBody(InputStream.class);
    AnswerMemory memory = new AnswerMemory(budget(), maxAnswerBytes);
    call.whenOver(memory::close);
    byte[] message = JsonToProto.read(method().getOutputType(), json, memory);
    ServerCall<DynamicMessage, byte[]> wire = call.wire();
    // used only when the client says that it takes it
    wire.setCompression("gzip");
    wire.sendHeaders(MetadataPolicy.outbound(exchange.getMessage()));
    wire.setMessageCompression(message.length >= WORTH_COMPRESSING);
    wire.sendMessage(message);
    wire.close(Status.OK, new Metadata());
  }
}
