namespace PeerReplica.Tests.Repository;

/// <summary>The programs that tests start, where their own builds put them.</summary>
internal static class Programs
{
    public static string Simulation { get; } = Built("tests", "PeerReplica.Simulation");

    public static string TestPeer { get; } = Built("tests", "PeerReplica.TestPeer");

    public static string TicketCounter { get; } = Built("samples", "TicketCounter");

    private static string Built(string folder, string project)
    {
        // The tests run from bin/CONFIGURATION/FRAMEWORK, and so were these built.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return SourceTree.PathOf(folder, project, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
    }
}
