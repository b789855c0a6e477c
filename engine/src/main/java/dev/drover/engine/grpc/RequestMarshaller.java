package dev.drover.engine.grpc;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.InputStream;

/**
 * Reads requests. Fields that the message does not have are not kept: a member that comes again and
 * again is merged each time, and with it all unknown fields so far, so 64 KiB of them took 600 MB.
 */
final class RequestMarshaller implements MethodDescriptor.Marshaller<DynamicMessage> {
  private final Parser<DynamicMessage> parser;

  RequestMarshaller(DynamicMessage empty) {
    this.parser = DiscardUnknownFieldsParser.wrap(empty.getParserForType());
  }

  @Override
  public InputStream stream(DynamicMessage request) {
    return request.toByteString().newInput();
  }

  /**
   * Reads one request.
   *
   * @throws io.grpc.StatusRuntimeException INTERNAL when the bytes are no message, as gRPC does
   */
  @Override
  public DynamicMessage parse(InputStream stream) {
    try {
      return parser.parseFrom(stream);
    } catch (InvalidProtocolBufferException e) {
      throw Status.INTERNAL
          .withDescription("Invalid protobuf byte sequence")
          .withCause(e)
          .asRuntimeException();
    }
  }
}
