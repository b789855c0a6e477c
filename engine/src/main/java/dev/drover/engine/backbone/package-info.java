/**
 * The parts that a process can carry inside itself instead of a cluster: the event log (Kafka), the
 * document store (Mongo) and the mall's MQTT broker.
 */
package dev.drover.engine.backbone;
