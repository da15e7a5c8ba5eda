package io.grpcplatform.samples.payment.storage;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationPredicate;
import io.opentelemetry.api.trace.Span;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How queries look in a trace. */
@Configuration(proxyBeanMethods = false)
final class QueryTraces {
  private static final String QUERY = "jdbc.query";
  private static final Pattern VERB_AND_TABLE =
      Pattern.compile("(?s)\\s*(\\w+)\\s(?:.*?\\b(?:FROM|INTO)\\s+)?(\\w+).*");

  /**
   * Inside a trace that is recorded, and nowhere else: what gauges and the outbox ask, all day,
   * would be endless traces of one span.
   */
  @Bean
  ObservationPredicate queriesOfRecordedTracesOnly() {
    return (name, context) ->
        !name.startsWith("jdbc.") || Span.current().getSpanContext().isSampled();
  }

  /** Named after what they do and to which table, where all would be called "query". */
  @Bean
  ObservationFilter queriesNamedAfterTheirTable() {
    return context -> {
      KeyValue query =
          QUERY.equals(context.getName())
              ? context.getHighCardinalityKeyValue(QUERY + "[0]")
              : null;
      return query == null ? context : named(context, query.getValue());
    };
  }

  private static Observation.Context named(Observation.Context context, String sql) {
    Matcher found = VERB_AND_TABLE.matcher(sql);
    if (found.matches()) {
      context.setContextualName(found.group(1) + " " + found.group(2));
    }
    return context;
  }
}
