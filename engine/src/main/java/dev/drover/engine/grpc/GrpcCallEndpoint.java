package dev.drover.engine.grpc;

import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Serve a unary gRPC method by a route, in the form of the REST operation of the same purpose. */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "grpc-call",
    title = "gRPC call",
    syntax = "grpc-call:method",
    consumerOnly = true,
    category = {Category.RPC})
public final class GrpcCallEndpoint extends DefaultEndpoint {
  @UriPath(description = "Service and method, e.g. task.OrchestratorService/ReportRobotStatus.")
  @Metadata(required = true)
  private String method;

  @UriParam(
      label = "consumer",
      defaultValue = "body",
      description =
          "How the request reaches the route: body, as canonical JSON, or query, as headers of the"
              + " fields' names.")
  private GrpcRequestForm request = GrpcRequestForm.body;

  @UriParam(
      label = "consumer",
      defaultValue = "33554432",
      description = "The most bytes that the JSON documents of an answer may take together.")
  private int maxAnswerBytes = 32 << 20;

  @UriParam(
      label = "consumer",
      defaultValue = "65536",
      description = "The most bytes that a request may have.")
  private int maxRequestBytes = GrpcLimits.USUAL_REQUEST_BYTES;

  @UriParam(
      label = "consumer",
      defaultValue = "false",
      description =
          "Whether a call needs no token to begin, because its request brings another proof.")
  private boolean anonymous;

  /** An endpoint for one method. */
  public GrpcCallEndpoint(String uri, Component component, String method) {
    super(uri, component);
    this.method = method;
  }

  @Override
  public Producer createProducer() {
    throw new UnsupportedOperationException("grpc-call serves calls; it makes none");
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    Consumer consumer = new GrpcCallConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  public String getMethod() {
    return method;
  }

  public void setMethod(String method) {
    this.method = method;
  }

  public GrpcRequestForm getRequest() {
    return request;
  }

  public void setRequest(GrpcRequestForm request) {
    this.request = request;
  }

  public int getMaxAnswerBytes() {
    return maxAnswerBytes;
  }

  public void setMaxAnswerBytes(int maxAnswerBytes) {
    this.maxAnswerBytes = maxAnswerBytes;
  }

  public int getMaxRequestBytes() {
    return maxRequestBytes;
  }

  public void setMaxRequestBytes(int maxRequestBytes) {
    this.maxRequestBytes = maxRequestBytes;
  }

  public boolean isAnonymous() {
    return anonymous;
  }

  public void setAnonymous(boolean anonymous) {
    this.anonymous = anonymous;
  }
}
