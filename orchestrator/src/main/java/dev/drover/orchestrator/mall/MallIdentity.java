package dev.drover.orchestrator.mall;

/**
 * Who this mall is.
 *
 * @param entityId the mall
 * @param orchestratorId the id that it asks central for
 * @param version its software version
 * @param centralUrl where its central is
 */
public record MallIdentity(
    String entityId, String orchestratorId, String version, String centralUrl) {}
