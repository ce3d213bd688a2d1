using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Two cores with a link between them. What one has to send is handed to the other as it stands in its buffer.</summary>
internal sealed class BarePair
{
    private const long LinkId = 1;

    public BarePair()
    {
        Here.Core.LinkOpened(LinkId, null, "there", new byte[16], Here.Now);
        There.Core.LinkOpened(LinkId, null, "here", new byte[16], There.Now);
        Exchange();
    }

    public BareReplica Here { get; } = new(1);

    public BareReplica There { get; } = new(2);

    /// <summary>Lets both send until neither has anything left to say.</summary>
    public void Exchange()
    {
        while (Deliver(Here, There) | Deliver(There, Here))
        {
        }
    }

    /// <summary>Hands over what one has put out, as one step of the other. Returns whether there was anything.</summary>
    public static bool Deliver(BareReplica from, BareReplica to)
    {
        var sent = false;
        var outputs = from.Core.Outputs;
        for (var i = 0; i < outputs.Items.Count; i++)
        {
            if (outputs.Items[i].Kind != CoreOutputKind.Send) continue;
            to.Core.FrameReceived(LinkId, outputs.FrameOf(outputs.Items[i]), to.Now);
            sent = true;
        }

        outputs.Clear();
        to.Core.Pump(to.Now);
        return sent;
    }

    /// <summary>Ends the benchmark if what was delivered was not merged: its figure would mean nothing.</summary>
    public void Check()
    {
        var origin = There.Store.Origins.IndexOf(Here.Core.Self);
        if (There.Store.Vector[origin] != Here.Store.Vector[OriginTable.Self]) throw new InvalidOperationException("The peer does not contain what was sent to it.");
    }

    /// <summary>Lets time pass, so that no throttle holds back what comes next.</summary>
    public void Wait(TimeSpan time)
    {
        Here.Wait(time);
        There.Wait(time);
    }
}
