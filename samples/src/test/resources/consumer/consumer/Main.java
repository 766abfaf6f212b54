package consumer;

import io.dbops.DbOps;

/** Compiled and run by ModulePathTest. */
final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println(DbOps.class.getModule());
        for (String name : args) {
            Module module = ModuleLayer.boot().findModule(name).orElseThrow();
            if (module.getDescriptor().isAutomatic()) {
                throw new IllegalStateException(name + " has no module-info");
            }
            for (String exported : module.getPackages()) {
                System.out.println(name + (module.isExported(exported) ? " exports " : " hides ") + exported);
            }
        }
    }
}
