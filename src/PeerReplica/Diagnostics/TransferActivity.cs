using System.Diagnostics;

namespace PeerReplica.Diagnostics;

/// <summary>
/// An activity around a wait for rights, as a part of what the caller traces. Listeners are foreign code and run on the caller's thread:
/// what they throw ends neither the wait nor its result. The default traces nothing.
/// </summary>
internal readonly struct TransferActivity : IDisposable
{
    private readonly Activity? _activity;
    private readonly Activity? _before;

    private TransferActivity(Activity? activity, Activity? before) => (_activity, _before) = (activity, before);

    public static TransferActivity Start(ActivitySource source, string objectName)
    {
        if (!source.HasListeners()) return default;
        var before = Activity.Current;
        try
        {
            return new(source.StartActivity("peerreplica.rights.transfer")?.SetTag("peerreplica.object", objectName), before);
        }
        catch (Exception)
        {
            // It may have become the current one before the listener threw.
            Activity.Current = before;
            return default;
        }
    }

    public void Dispose()
    {
        try
        {
            _activity?.Dispose();
        }
        catch (Exception)
        {
            Activity.Current = _before;
        }
    }
}
