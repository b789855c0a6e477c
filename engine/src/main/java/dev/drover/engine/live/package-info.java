/** Routes that are replaced while messages flow through them. */
package dev.drover.engine.live;
