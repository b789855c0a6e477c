# The simulated mall of a demonstration: its jar, and beside it the flows that it reads from disk. Build the jars first: ./mvnw -DskipTests package
FROM eclipse-temurin:17-jre
RUN useradd --system --uid 10001 drover \
 && install -d -o drover /data
WORKDIR /opt/drover
COPY simulator/target/drover-simulator.jar ./
# ./drover in the image: docker exec … drover sim cut-line 60
COPY cli/target/drover-cli.jar ./
COPY cli/target/lib/ ./lib/
COPY --chmod=755 config/docker/drover /usr/local/bin/drover
COPY config/jvm/simulator.options ./config/jvm/
COPY proto/openapi/ ./proto/openapi/
COPY proto/schemas/ ./proto/schemas/
COPY proto/flows/ ./proto/flows/
COPY routes/ ./routes/
COPY kamelets/ ./kamelets/
USER drover
# one arena of malloc for each core costs memory and brings nothing here
ENV DROVER_HOME=/opt/drover DROVER_DATA=/data DROVER_BIND=0.0.0.0 MALLOC_ARENA_MAX=2
EXPOSE 8181 8182
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=12 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8181 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["java", "@config/jvm/simulator.options", "-jar", "drover-simulator.jar"]
