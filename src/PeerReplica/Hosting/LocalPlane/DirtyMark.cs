using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// How app threads and the loop pass on that an entry was written to. A thread that finds an entry marked but perhaps not in the queue yet, since another is just putting it there, puts it
/// there too: whoever has written finds it in the queue.
/// </summary>
internal static class DirtyMark
{
    private const byte Clean = 0;
    private const byte BeingQueued = 1;
    private const byte Queued = 2;

    /// <summary>Whether a write was noted that the loop has not looked at yet: the next one needs no note.</summary>
    public static bool IsQueued(ref byte dirty) => Volatile.Read(ref dirty) == Queued;

    /// <summary>Notes a write; false when one was noted already, and the loop has not looked since.</summary>
    public static bool TrySet(ref byte dirty, Entry entry, ILocalPlane plane)
    {
        if (Volatile.Read(ref dirty) == Queued) return false;
        Interlocked.Exchange(ref dirty, BeingQueued);
        plane.MarkDirty(entry);
        Interlocked.CompareExchange(ref dirty, Queued, BeingQueued);
        return true;
    }

    /// <summary>Called before the loop looks at what was written: a write after that is noted again. Returns whether one was noted.</summary>
    public static bool Clear(ref byte dirty) => Volatile.Read(ref dirty) != Clean && Interlocked.Exchange(ref dirty, Clean) != Clean;
}
