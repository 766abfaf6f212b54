package io.dbops.test;

import static io.dbops.dialect.ErrorClass.CANCELLED;
import static io.dbops.dialect.ErrorClass.CONSTRAINT;
import static io.dbops.dialect.ErrorClass.DUPLICATE;
import static io.dbops.dialect.ErrorClass.READ_ONLY;
import static io.dbops.dialect.ErrorClass.STALE_PLAN;
import static io.dbops.dialect.ErrorClass.STATEMENT;
import static io.dbops.test.Provocation.commit;
import static io.dbops.test.Provocation.statements;

import java.util.List;

/** Errors that one session gets by itself, by what it executes. */
final class Refusals {

    private static final String DEFERRED_TRIGGER = """
            create table refused_log (n int);
            create function refused() returns trigger language plpgsql as $$ begin %s; return null; end $$;
            create table refused (n int);
            create constraint trigger refused after insert on refused deferrable initially deferred
              for each row execute function refused();
            insert into refused values (1);
            """;

    static final List<Provocation> ALL = List.of(
            statements("0A000", STATEMENT, "create temp table t (n int); select n from t union select 1 for update"),
            statements("0LP01", STATEMENT, "create temp table t (); grant connect on table t to app"),
            statements(
                    "0Z002", STATEMENT, "do $$ declare t text; begin get stacked diagnostics t = message_text; end $$"),
            statements("20000", STATEMENT, "do $$ begin case 1 when 2 then null; end case; end $$"),
            statements("21000", STATEMENT, "select (select generate_series(1, 2))"),
            statements("22012", STATEMENT, "select 1 / 0"),
            statements("22001", STATEMENT, "create temp table t (c varchar(1)); insert into t values ('ab')"),
            statements("23502", CONSTRAINT, "create temp table t (n int not null); insert into t values (null)"),
            statements(
                    "23503",
                    CONSTRAINT,
                    "create temp table p (id int primary key); create temp table c (id int references p);"
                            + " insert into c values (1)"),
            statements("23505", DUPLICATE, "create temp table t (n int primary key); insert into t values (1), (1)"),
            statements("23514", CONSTRAINT, "create temp table t (n int check (n > 1)); insert into t values (1)"),
            statements(
                    "23P01",
                    DUPLICATE,
                    "create temp table t (r int4range, exclude using gist (r with &&));"
                            + " insert into t values ('[1,3)'), ('[2,4)')"),
            statements(
                    "24000",
                    STATEMENT,
                    "create temp table t (n int); declare c cursor for select n from t for update;"
                            + " update t set n = 2 where current of c"),
            statements("25001", STATEMENT, "select 1; set transaction isolation level serializable"),
            statements("25006", READ_ONLY, "set transaction read only; create table t ()"),
            statements("26000", STALE_PLAN, "execute nowhere_prepared"),
            statements("27000", STATEMENT, """
                    create temp table t (n int);
                    create function pg_temp.again() returns trigger language plpgsql as
                      $$ begin update t set n = 3; return new; end $$;
                    create trigger again before update on t for each row
                      when (pg_trigger_depth() = 0) execute function pg_temp.again();
                    insert into t values (1);
                    update t set n = 2"""),
            statements("2BP01", STATEMENT, "create temp table t (); create temp view v as table t; drop table t"),
            statements("2D000", STATEMENT, "do $$ begin commit; end $$"),
            statements(
                    "2F005",
                    STATEMENT,
                    "create function pg_temp.f() returns int language plpgsql as $$ begin end $$; select pg_temp.f()"),
            statements("34000", STATEMENT, "fetch from nowhere_declared"),
            statements("39P01", STATEMENT, "select suppress_redundant_updates_trigger()"),
            statements("3B001", STATEMENT, "rollback to savepoint nowhere_set"),
            statements("3F000", STATEMENT, "create table nowhere.t ()"),
            statements("42P01", STATEMENT, "table nowhere"),
            statements("42501", STATEMENT, "table pg_authid"),
            statements("42601", STATEMENT, "selec 1"),
            statements(
                    "44000",
                    STATEMENT,
                    "create temp table t (n int);"
                            + " create temp view v as select n from t where n > 1 with check option;"
                            + " insert into v values (1)"),
            statements("54011", STATEMENT, "select " + "1, ".repeat(1_700) + "1"),
            statements("55000", STATEMENT, "create temp sequence s; select currval('s')"),
            statements("57014", CANCELLED, "set local statement_timeout = '10ms'; select pg_sleep(30)"),
            statements("57014", CANCELLED, "select pg_cancel_backend(pg_backend_pid()), pg_sleep(30)"),
            statements("P0001", STATEMENT, "do $$ begin raise 'sold out'; end $$"),
            statements("P0004", STATEMENT, "do $$ begin assert false; end $$"),
            commit(
                    "23503",
                    CONSTRAINT,
                    "create temp table p (id int primary key);"
                            + " create temp table c (id int references p deferrable initially deferred);"
                            + " insert into c values (1)"),
            commit(
                    "23505",
                    DUPLICATE,
                    "create temp table t (n int unique deferrable initially deferred); insert into t values (1), (1)"),
            commit(
                    "25006",
                    READ_ONLY,
                    DEFERRED_TRIGGER.formatted("insert into refused_log values (1)") + "set transaction read only"),
            commit("P0001", STATEMENT, DEFERRED_TRIGGER.formatted("raise 'sold out'")),
            commit(
                    "57014",
                    CANCELLED,
                    DEFERRED_TRIGGER.formatted("perform pg_cancel_backend(pg_backend_pid()), pg_sleep(30)")));

    private Refusals() {}
}
