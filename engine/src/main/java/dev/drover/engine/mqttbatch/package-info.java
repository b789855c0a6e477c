/** The {@code mqtt-batch} component: MQTT 5 as a durable queue that loses nothing. */
package dev.drover.engine.mqttbatch;
