/** An application on the module path: it names the modules of dbops and nothing that they are built from. */
module consumer {
    requires io.dbops;
    requires io.dbops.pool;
    requires io.dbops.routing;
    requires io.dbops.test;
}
