namespace PeerReplica.Hosting.LocalPlane;

/// <summary>How app threads and the loop pass on that an entry was written to.</summary>
internal static class DirtyMark
{
    /// <summary>Notes a write; false when one was noted already, and the loop has not looked since.</summary>
    public static bool TrySet(ref byte dirty) => Volatile.Read(ref dirty) == 0 && Interlocked.Exchange(ref dirty, (byte)1) == 0;

    /// <summary>Called before the loop looks at what was written: a write after that is noted again.</summary>
    public static void Clear(ref byte dirty)
    {
        if (Volatile.Read(ref dirty) != 0) Interlocked.Exchange(ref dirty, (byte)0);
    }
}
