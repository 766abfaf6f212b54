package io.dbops.pool.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class PostgresAddressTest {

    private static Properties ledgers() {
        var properties = new Properties();
        properties.setProperty("options", "-c tcp_keepalives_idle=5");
        properties.setProperty("socketTimeout", "3");
        return properties;
    }

    @Test
    void whatTheLedgerSetsIsNotUndoneByTheUrl() {
        Properties properties = ledgers();

        String url = PostgresAddress.of("jdbc:postgresql://db:5432/app?ssl=true&socketTimeout=300&tcpKeepAlive=true")
                .url(properties);

        assertThat(url).isEqualTo("jdbc:postgresql://db:5432/app?ssl=true&tcpKeepAlive=true");
        assertThat(properties).isEqualTo(ledgers());
    }

    @Test
    void optionsOfTheUrlAreSentToo() {
        Properties properties = ledgers();

        String url = PostgresAddress.of("jdbc:postgresql://db/app?options=-c%20work_mem%3D64MB%20-c+search_path=a,b")
                .url(properties);

        assertThat(url).isEqualTo("jdbc:postgresql://db/app");
        assertThat(properties.getProperty("options"))
                .isEqualTo("-c tcp_keepalives_idle=5 -c work_mem=64MB -c search_path=a,b");
    }

    @Test
    void aUrlWithoutParametersStaysAsItIs() {
        assertThat(PostgresAddress.of("jdbc:postgresql://db/app").url(ledgers()))
                .isEqualTo("jdbc:postgresql://db/app");
    }
}
