/**
 * What every process of Drover is: Spring Boot around the engine. It has no domain and knows no
 * process by name.
 */
package dev.drover.process;
