/** Flow files in Camel Quarkus. */
package dev.drover.quarkus;
