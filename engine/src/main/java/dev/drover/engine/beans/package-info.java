/** The beans that the flows and Kamelets of every process name, made without a framework. */
package dev.drover.engine.beans;
