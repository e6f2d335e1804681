"""Writes measures.json: measures of scikit-learn on made-up predictions. Run in this folder; needs scikit-learn 1.9."""

import json

import numpy as np
from sklearn import metrics as m

rng=np.random.default_rng(7)
n=60
y=rng.integers(0,2,n); p=np.round(np.clip(0.35*y+rng.random(n)*0.65,0,1),2); w=np.round(rng.random(n)*3,2)
out={}
def binary(y,p,w,thr=0.4):
    pred=(p>=thr).astype(int)
    return dict(accuracy=m.accuracy_score(y,pred,sample_weight=w),balanced_accuracy=m.balanced_accuracy_score(y,pred,sample_weight=w),precision=m.precision_score(y,pred,sample_weight=w),recall=m.recall_score(y,pred,sample_weight=w),f1=m.f1_score(y,pred,sample_weight=w),matthews_correlation=m.matthews_corrcoef(y,pred,sample_weight=w),log_loss=m.log_loss(y,p,sample_weight=w),brier=m.brier_score_loss(y,p,sample_weight=w),roc_auc=m.roc_auc_score(y,p,sample_weight=w),average_precision=m.average_precision_score(y,p,sample_weight=w))
k=3
q=rng.random((n,k)); yy=rng.integers(0,k,n); q[np.arange(n),yy]+=0.6; q/=q.sum(1,keepdims=True); q=np.round(q,3); q[:,2]=1-q[:,0]-q[:,1]
pred=q.argmax(1)
multi=dict(accuracy=m.accuracy_score(yy,pred),balanced_accuracy=m.balanced_accuracy_score(yy,pred),precision=m.precision_score(yy,pred,average='macro'),recall=m.recall_score(yy,pred,average='macro'),f1=m.f1_score(yy,pred,average='macro'),matthews_correlation=m.matthews_corrcoef(yy,pred),log_loss=m.log_loss(yy,q),roc_auc=m.roc_auc_score(yy,q,multi_class='ovr'))
t=np.round(rng.normal(size=n)*3,3); v=np.round(t+rng.normal(size=n),3)
reg=lambda w:dict(r2=m.r2_score(t,v,sample_weight=w),rmse=m.root_mean_squared_error(t,v,sample_weight=w),mae=m.mean_absolute_error(t,v,sample_weight=w),explained_variance=m.explained_variance_score(t,v,sample_weight=w))
r=reg(None); r['median_absolute_error']=m.median_absolute_error(t,v)
json.dump(dict(binary=dict(target=y.tolist(),probability=p.tolist(),weights=w.tolist(),threshold=0.4,plain=binary(y,p,None),weighted=binary(y,p,w)),multiclass=dict(target=yy.tolist(),probabilities=q.tolist(),plain=multi),regression=dict(target=t.tolist(),prediction=v.tolist(),weights=w.tolist(),plain=r,weighted=reg(w))),open('measures.json','w'))
