namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Keeps the last thing that was set up, so that benchmarks of the same size, which follow each other, do not fill a map with a million entries each.</summary>
internal static class Kept
{
    private static object? s_key;
    private static IDisposable? s_kept;

    public static T Get<T>(object key, Func<T> make)
        where T : IDisposable
    {
        if (s_kept is T kept && key.Equals(s_key)) return kept;
        s_kept?.Dispose();
        s_kept = null;
        GC.Collect();
        var made = make();
        (s_key, s_kept) = (key, made);
        return made;
    }
}
